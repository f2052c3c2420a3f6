package org.dmsc.node.enrol;

import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.tenant.enrol.EnrolmentClient.KeyAndRequest;
import org.dmsc.tenant.pki.IssuedIdentity;

/** Gets certificates for nodes from one EST server. Blocks. */
public final class Enroller {

    private static final String EST = "/.well-known/est";

    private final String base;
    private final X509Certificate root;

    /**
     * @param gateway {@code https://host:port}
     * @param root the fabric's, by which the gateway is known
     */
    public Enroller(URI gateway, X509Certificate root) {
        this.base = gateway.resolve(EST).toString();
        this.root = root;
    }

    IssuedIdentity enrol(String user, String token, KeyAndRequest made) {
        EstClient client = client(Optional.empty());
        return whole(client, made, client.enrol(user, token, made.body()).get(0));
    }

    IssuedIdentity renew(IssuedIdentity current, KeyAndRequest made) {
        EstClient client = client(Optional.of(current));
        return whole(client, made, client.renew(made.body()).get(0));
    }

    /** The issuing CAs of nodes and operators. */
    List<X509Certificate> platformCas() {
        return client(Optional.empty()).authorities().stream()
                .filter(ca -> !ca.equals(root))
                .toList();
    }

    private EstClient client(Optional<IssuedIdentity> identity) {
        return new EstClient(base, EstTls.of(root, identity));
    }

    private static IssuedIdentity whole(EstClient client, KeyAndRequest made, X509Certificate leaf) {
        List<X509Certificate> chain = new ArrayList<>(List.of(leaf));
        client.authorities().stream().filter(ca -> signed(ca, leaf)).forEach(chain::add);
        return new IssuedIdentity(made.key(), chain);
    }

    /** Not by its name: after a rotation there are several CAs of one name. */
    public static boolean signed(X509Certificate ca, X509Certificate leaf) {
        try {
            leaf.verify(ca.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
