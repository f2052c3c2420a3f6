package org.dmsc.tenant.pki;

import java.util.ArrayList;
import java.util.List;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.GeneralSubtree;
import org.bouncycastle.asn1.x509.NameConstraints;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.CertificateMaker.LeafNames;

/**
 * The names in certificates. No CN anywhere: the JDK checks a CN against DNS constraints. O comes first, because the constraint on directory
 * names compares from the beginning.
 */
final class FabricNames {

    private static final String PLATFORM = "platform";
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_BYTES = 16;

    private final FabricDomain domain;

    FabricNames(FabricDomain domain) {
        this.domain = domain;
    }

    X500Name root() {
        return name(domain.value(), BCStyle.OU, "dmsc root");
    }

    X500Name platformCa() {
        return name(PLATFORM, BCStyle.OU, "dmsc issuing CA");
    }

    X500Name tenantCa(TenantId tenant) {
        return name(tenant.value(), BCStyle.OU, "dmsc issuing CA");
    }

    LeafNames agent(AgentRef agent) {
        return new LeafNames(
                name(agent.tenant().value(), BCStyle.UID, agent.agent().value()),
                new GeneralNames(
                        new GeneralName[] {uri(SpiffeId.agentUri(domain, agent)), dns(domain.host(agent.tenant()))}));
    }

    LeafNames kafkaReader(TenantId tenant, String name) {
        return new LeafNames(name(tenant.value(), BCStyle.UID, "kafka-" + name), new GeneralNames(new GeneralName[] {
            uri(SpiffeId.kafkaReader(domain, tenant, name).uri())
        }));
    }

    LeafNames node(SpiffeId id, List<String> dnsNames, List<String> ipAddresses) {
        List<GeneralName> alternatives = new ArrayList<>();
        alternatives.add(uri(id.uri()));
        dnsNames.forEach(name -> alternatives.add(dns(name)));
        ipAddresses.forEach(address -> alternatives.add(new GeneralName(GeneralName.iPAddress, address)));
        return new LeafNames(
                name(PLATFORM, BCStyle.UID, id.path().substring(1)),
                new GeneralNames(alternatives.toArray(new GeneralName[0])));
    }

    /** All types of names are constrained: a type that is left out is allowed without limit. */
    NameConstraints tenantConstraints(TenantId tenant) {
        String host = domain.host(tenant);
        return new NameConstraints(
                new GeneralSubtree[] {
                    subtree(uri(host)),
                    subtree(dns(host)),
                    subtree(new GeneralName(new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.O, tenant.value())
                            .build())),
                    nobodysMail()
                },
                new GeneralSubtree[] {subtree(allAddresses(IPV4_BYTES)), subtree(allAddresses(IPV6_BYTES))});
    }

    /** Nodes are reached under many host names and addresses; only who they are is constrained. */
    NameConstraints platformConstraints() {
        return new NameConstraints(
                new GeneralSubtree[] {
                    subtree(uri(domain.platformHost())),
                    subtree(new GeneralName(new X500NameBuilder(BCStyle.INSTANCE)
                            .addRDN(BCStyle.O, PLATFORM)
                            .build())),
                    nobodysMail()
                },
                // Not an empty list: that may not be encoded.
                null);
    }

    private static X500Name name(String organisation, ASN1ObjectIdentifier type, String value) {
        return new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.O, organisation)
                .addRDN(type, value)
                .build();
    }

    /** The JDK cannot parse a CA that excludes all mail, so mail is permitted for a host that does not exist. */
    private static GeneralSubtree nobodysMail() {
        return subtree(new GeneralName(GeneralName.rfc822Name, "nobody.invalid"));
    }

    private static GeneralName uri(String value) {
        return new GeneralName(GeneralName.uniformResourceIdentifier, value);
    }

    private static GeneralName dns(String value) {
        return new GeneralName(GeneralName.dNSName, value);
    }

    /** Address and mask, all zero. */
    private static GeneralName allAddresses(int bytes) {
        return new GeneralName(GeneralName.iPAddress, new DEROctetString(new byte[2 * bytes]));
    }

    private static GeneralSubtree subtree(GeneralName name) {
        return new GeneralSubtree(name);
    }
}
