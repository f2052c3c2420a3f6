package org.dmsc.bridge.http;

import java.math.BigInteger;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.EnrolmentEvent;
import org.dmsc.tenant.enrol.Enrolment;
import org.dmsc.tenant.enrol.EnrolmentLog;
import org.dmsc.tenant.enrol.EnrolmentParts;
import org.dmsc.tenant.enrol.Invitations;
import org.dmsc.tenant.enrol.OneTimeTokens;
import org.dmsc.tenant.enrol.OneTimeTokens.Wish;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.pki.RevocationLists;
import org.dmsc.tenant.pki.RevokedSerials.Revoked;

/** Enrolment of the fixture's tenants over a log in memory. */
final class EnrolmentFixture {

    static final BigInteger REVOKED = BigInteger.valueOf(4711);

    private final Identities identities;
    private final PkiDesk desk;

    EnrolmentFixture(Identities identities, FakeAudit audit) {
        this.identities = identities;
        EnrolmentLog log = new Log();
        Enrolment enrolment = new Enrolment(new EnrolmentParts(
                identities.pki,
                new OneTimeTokens(log, identities.clock, new SecureRandom()),
                log,
                identities.tenants,
                identities.domain,
                tenant -> {},
                event -> audit.record(event),
                () -> UUID.randomUUID().toString(),
                SpiffeId.node(identities.domain, "gateway", "g1"),
                identities.clock));
        RevocationLists lists = new RevocationLists(
                identities.pki,
                identities.tenants,
                issuer -> List.of(new Revoked(REVOKED, Instant.EPOCH)),
                identities.clock);
        this.desk = new PkiDesk(
                enrolment,
                (tenant, actor) -> identities.pki.createTenantCa(tenant),
                actor -> identities.pki.platformCa(),
                lists::of);
    }

    PkiDesk desk() {
        return desk;
    }

    /** The one-time token of a new invitation. */
    String invite(String tenant, String agent) {
        return invite(SpiffeId.agent(identities.domain, AgentRef.of(tenant, agent)));
    }

    String invite(SpiffeId identity) {
        return desk.enrolment()
                .invite(
                        new Wish(
                                identity,
                                new NodeNames(List.of("node.example.org"), List.of("10.1.2.3")),
                                Duration.ofHours(1),
                                OneTimeTokens.USUAL_LIFE),
                        SpiffeId.node(identities.domain, "operator", "local"))
                .token();
    }

    X509Certificate ca(String tenant) {
        return identities.pki.createTenantCa(new org.dmsc.schemas.TenantId(tenant));
    }

    private static final class Log implements EnrolmentLog {

        private final Invitations invitations = new Invitations();

        @Override
        public void append(EnrolmentEvent event) {
            invitations.apply(event);
        }

        @Override
        public void appendLater(EnrolmentEvent event) {
            invitations.apply(event);
        }

        @Override
        public Invitations invitations() {
            return invitations;
        }
    }
}
