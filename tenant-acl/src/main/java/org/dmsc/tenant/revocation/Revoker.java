package org.dmsc.tenant.revocation;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.RevocationKind;
import org.dmsc.schemas.avro.RevocationRecord;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.kafka.KafkaClients;

/** Revokes: one record on {@code dmsc.sys.revocations}, audited, and the wait for the gateways that obey it. Thread-safe. */
public final class Revoker implements AutoCloseable {

    private static final Duration WRITE_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(2);

    /** Kinds of which a later one is as bad as the one that was revoked: a stolen key stays stolen. */
    private static final Set<RevocationKind> FOR_EVER = Set.of(
            RevocationKind.SERIAL, RevocationKind.SPKI, RevocationKind.JTI, RevocationKind.KID, RevocationKind.GRANT);

    private final Producer<String, RevocationRecord> producer;
    private final GatewayAcks acks;
    private final Supplier<String> ids;
    private final Auditing audit;
    private final Clock clock;

    /** Writes an audit event; the stage completes when it is written. */
    @FunctionalInterface
    public interface Auditing {
        CompletionStage<Void> record(AuditEvent event);
    }

    /** @param acks started by whoever made it */
    public Revoker(
            KafkaClients clients,
            AvroCodec codec,
            GatewayAcks acks,
            Supplier<String> ids,
            Auditing audit,
            Clock clock) {
        this.producer = clients.producer("revoker", new AvroSerde<>(codec, RevocationRecord.class).serializer());
        this.acks = acks;
        this.ids = ids;
        this.audit = audit;
        this.clock = clock;
    }

    /** Who wants it and why; goes into the audit log. */
    public record Order(RevocationKey key, String reason, SpiffeId actor, String auditTenant, SpiffeId node) {}

    /**
     * Revokes what was issued until now under an identity, tenant or client, and whatever was issued under any other key. Blocks until Kafka
     * has it and it is audited. The stage then completes at once, or, with a wait above zero, when all live gateways have acted on it or the
     * wait is over.
     *
     * @throws RefusedException UNAVAILABLE when Kafka does not take it
     */
    public CompletionStage<Revoked> revoke(Order order, Duration wait) {
        Instant now = clock.instant();
        Instant before = FOR_EVER.contains(order.key().kind()) ? Revocation.ALWAYS : now;
        String id = ids.get();
        // Not waited for: a revocation goes through when the audit log does not, and the caller hears of that at the
        // end.
        CompletionStage<Void> intended = audit.record(intent(order, id, now));
        GatewayAcks.Waiting waiting = acks.listen();
        long generation = write(RevocationRecord.newBuilder()
                .setKind(order.key().kind())
                .setId(order.key().id())
                .setIssuedBefore(before.toEpochMilli())
                .setRevocationId(id)
                .setReason(order.reason())
                .setActor(order.actor().uri())
                .setTime(now.toEpochMilli())
                .build());
        waiting.begin(generation);
        Revocation made = new Revocation(
                order.key(), before, id, order.reason(), order.actor().uri(), now, generation);
        await("audit the revocation", intended.toCompletableFuture());
        await("audit the revocation", audit.record(event(order, made)).toCompletableFuture());
        if (wait.isZero()) {
            waiting.close();
            return CompletableFuture.completedFuture(new Revoked(made, List.of(), Set.of()));
        }
        return waiting.result(wait).thenApply(result -> new Revoked(made, result.acknowledged(), result.missing()));
    }

    private long write(RevocationRecord record) {
        String key = new RevocationKey(record.getKind(), record.getId()).text();
        CompletableFuture<RecordMetadata> written = new CompletableFuture<>();
        try {
            var unused =
                    producer.send(new ProducerRecord<>(TopicNames.REVOCATIONS, key, record), (metadata, failure) -> {
                        if (failure == null) {
                            written.complete(metadata);
                        } else {
                            written.completeExceptionally(failure);
                        }
                    });
        } catch (RuntimeException e) {
            written.completeExceptionally(e);
        }
        return await("write the revocation", written).offset();
    }

    private static AuditEvent intent(Order order, String id, Instant now) {
        return AuditEvent.newBuilder()
                .setEventId(id + "/intent")
                .setTenant(order.auditTenant())
                .setTime(now.toEpochMilli())
                .setKind(AuditKind.INTENT)
                .setActor(order.actor().uri())
                .setNode(order.node().uri())
                .setObject(order.key().text())
                .setReasons(List.of(order.reason()))
                .setDetails(Map.of("of", AuditKind.REVOKED.name()))
                .build();
    }

    private AuditEvent event(Order order, Revocation made) {
        return AuditEvent.newBuilder()
                .setEventId(made.id())
                .setTenant(order.auditTenant())
                .setTime(made.at().toEpochMilli())
                .setKind(AuditKind.REVOKED)
                .setActor(made.actor())
                .setNode(order.node().uri())
                .setObject(made.key().text())
                .setReasons(List.of(made.reason()))
                .setDetails(Map.of(
                        "generation",
                        Long.toString(made.generation()),
                        "issuedBefore",
                        made.issuedBefore().equals(Revocation.ALWAYS)
                                ? "always"
                                : made.issuedBefore().toString()))
                .build();
    }

    private static <T> T await(String what, CompletableFuture<T> stage) {
        try {
            return stage.get(WRITE_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(what, e);
        } catch (ExecutionException | TimeoutException e) {
            throw unavailable(what, e);
        }
    }

    private static RefusedException unavailable(String what, Exception cause) {
        return new RefusedException(
                Refusal.UNAVAILABLE,
                "Kafka did not " + what + ": " + cause + " (expected an answer within " + WRITE_WITHIN.toSeconds()
                        + " s; revoke again: it does no harm)");
    }

    @Override
    public void close() {
        producer.close(CLOSE_WITHIN);
    }
}
