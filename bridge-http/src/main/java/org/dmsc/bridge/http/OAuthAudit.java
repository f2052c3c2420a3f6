package org.dmsc.bridge.http;

import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.identity.Credentials;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.oauth.TokenAnswer;
import org.dmsc.tenant.policy.CallerAuthenticator;

/** What the token endpoint writes down: each token by its id, each refusal with its true reason. */
final class OAuthAudit {

    private static final String OBJECT = "POST " + OAuthPages.TOKEN;

    private final AuditTrail audit;
    private final CallerAuthenticator authenticator;
    private final Clock clock;
    private final SpiffeId self;

    OAuthAudit(HttpEdgeParts parts) {
        this.audit = parts.audit();
        this.authenticator = parts.authenticator();
        this.clock = parts.clock();
        this.self = parts.self();
    }

    Caller caller(Credentials shown) {
        return authenticator.authenticate(
                new Credentials(shown.chain(), Optional.empty(), shown.host(), shown.remoteAddress()));
    }

    CompletionStage<Void> record(AuditEvent event) {
        return audit.record(event);
    }

    AuditEvent issued(TokenAnswer.Granted granted) {
        Caller client = granted.client();
        return AuditEvent.newBuilder()
                .setEventId(UUID.randomUUID().toString())
                .setTenant(client.tenant().value())
                .setTime(clock.millis())
                .setKind(AuditKind.IDENTITY_ISSUED)
                .setActor(client.id().uri())
                .setNode(self.uri())
                .setObject(client.id().uri())
                .setDetails(Map.of(
                        "credential", "access-token",
                        "jti", granted.token().id(),
                        "notAfter", granted.token().expiresAt().toString(),
                        "method", granted.method().value(),
                        "tokenType", granted.type().value(),
                        "scope", String.join(" ", granted.scope())))
                .build();
    }

    void refused(TokenAnswer.Failed failed, Credentials shown) {
        RefusedException refused = failed.cause()
                .orElseGet(() -> new RefusedException(
                        Refusal.INVALID_REQUEST, failed.error().code() + ": " + failed.sentence()));
        audit.refused(RefusalNote.anonymous(shown.remoteAddress(), refused, Optional.of(OBJECT)));
    }
}
