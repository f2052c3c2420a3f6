package org.dmsc.node.fabric;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.dmsc.bridge.http.PkiDesk;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.tenant.admin.TenantAdministration;
import org.dmsc.tenant.enrol.Enrolment;
import org.dmsc.tenant.enrol.EnrolmentParts;
import org.dmsc.tenant.enrol.KafkaEnrolmentLog;
import org.dmsc.tenant.enrol.OneTimeTokens;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.RevocationLists;
import org.dmsc.tenant.pki.RevokedSerials.Revoked;
import org.dmsc.tenant.revocation.RevocationKey;
import org.dmsc.tenant.revocation.RevocationList;

/** What the HTTP edge of this process can do with the fabric's authorities. */
final class Pki {

    private static final Duration LONGEST = Duration.ofSeconds(60);

    private Pki() {}

    /** Reads the enrolment log to its end first: a token that was used must not be taken again. */
    static PkiDesk desk(
            Foundation foundation,
            Keyring keyring,
            TenantAdministration administration,
            RevocationList revoked,
            Consumer<AuditEvent> audit,
            Closing closing) {
        KafkaEnrolmentLog log =
                closing.add("enrolments", new KafkaEnrolmentLog(foundation.clients(), foundation.codec()));
        log.start();
        requireRead(log);
        FabricDomain domain = new FabricDomain(foundation.config().domain());
        Enrolment enrolment = new Enrolment(new EnrolmentParts(
                keyring.pki(),
                new OneTimeTokens(log, foundation.clock(), foundation.random()),
                log,
                foundation.tenants(),
                domain,
                administration::requireReadyToIssue,
                audit,
                () -> UUID.randomUUID().toString(),
                SpiffeId.node(domain, "gateway", foundation.config().node()),
                foundation.clock()));
        RevocationLists lists = new RevocationLists(
                keyring.pki(), foundation.tenants(), issuer -> serials(revoked, issuer), foundation.clock());
        return new PkiDesk(enrolment, administration::rotateCa, administration::rotatePlatformCa, lists::of);
    }

    private static List<Revoked> serials(RevocationList revoked, X509Certificate issuer) {
        return revoked.serialsOf(RevocationKey.fingerprint(issuer)).stream()
                .map(entry -> new Revoked(entry.serial(), entry.at()))
                .toList();
    }

    private static void requireRead(KafkaEnrolmentLog log) {
        try {
            if (log.awaitCaughtUp(LONGEST)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new NodeException(
                ExitCode.UNREACHABLE,
                "enrolments could not be read within " + LONGEST.toSeconds()
                        + " s (expected dmsc.sys.enrolments to be readable; are the brokers up?)");
    }
}
