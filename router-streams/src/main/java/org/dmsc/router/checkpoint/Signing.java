package org.dmsc.router.checkpoint;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.header.Header;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TopicNames;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.Hash;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.TreeHead;
import org.dmsc.tenant.log.Verdict.Tampered;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of the signer, from reading what was signed to a fault or its end. Not thread-safe. */
final class Signing {

    private static final Logger LOG = LoggerFactory.getLogger(Signing.class);
    private static final String SIGNER = "signer";

    private final SignerSettings settings;
    private final SignerCounters counters;
    private final Producer<String, byte[]> producer;
    private final HeadFile file;
    private final Map<String, TenantLog> logs = new TreeMap<>();
    private final Map<String, TreeHead> own = new TreeMap<>();
    private final Map<String, Tampered> told = new TreeMap<>();
    private final OperatorLog operator = new OperatorLog();
    private final Witnessing witnessing;
    private Map<String, SignedNote> heads = new TreeMap<>();

    Signing(SignerSettings settings, SignerCounters counters, Producer<String, byte[]> producer) {
        this.settings = settings;
        this.counters = counters;
        this.producer = producer;
        this.file = new HeadFile(settings.heads());
        this.witnessing = new Witnessing(settings.witnesses(), operator, counters);
        Optional.ofNullable(file.read().get(LogOrigin.OPERATOR))
                .ifPresent(note -> operator.filed(head(LogOrigin.OPERATOR, note)));
    }

    private TenantLog log(String tenant) {
        return logs.computeIfAbsent(tenant, t -> new TenantLog());
    }

    /** A record of the topic of checkpoints. */
    void published(ConsumerRecord<String, byte[]> found, long now) {
        if (found.key().equals(LogOrigin.OPERATOR)) {
            publishedOverAll(found);
            return;
        }
        operator.leaf(found.value(), now);
        TenantLog log = log(found.key());
        try {
            TreeHead head = head(found.key(), SignedNote.parse(found.value()));
            log.published(head);
            Header signer = found.headers().lastHeader(SIGNER);
            if (signer != null && settings.node().equals(new String(signer.value(), StandardCharsets.UTF_8))) {
                own.merge(found.key(), head, (a, b) -> a.size() > b.size() ? a : b);
            }
        } catch (RefusedException e) {
            log.freeze(
                    new Tampered(0, 0, "checkpoint at offset " + found.offset() + " cannot be read: " + e.sentence()));
        }
    }

    private void publishedOverAll(ConsumerRecord<String, byte[]> found) {
        try {
            SignedNote note = SignedNote.parse(found.value());
            operator.published(head(found.key(), note));
            witnessing.published(note);
        } catch (RefusedException e) {
            operator.freeze(
                    new Tampered(0, 0, "head at offset " + found.offset() + " cannot be read: " + e.sentence()));
        }
    }

    private TreeHead head(String tenant, SignedNote note) {
        Checkpoint checkpoint = Checkpoint.of(note);
        if (!checkpoint.origin().equals(settings.origin().of(tenant))) {
            throw new RefusedException(
                    org.dmsc.schemas.Refusal.UNREADABLE,
                    "origin '" + Printable.of(checkpoint.origin()) + "' (expected "
                            + settings.origin().of(tenant) + ")");
        }
        return checkpoint.tree();
    }

    /** The topic of checkpoints is read: now what the file remembers. */
    void remember() {
        heads = file.read();
        if (heads.isEmpty()) {
            // A new machine, or a lost folder: what is on the topic binds all the same.
            LOG.atInfo().addKeyValue("logs", own.size()).log("no file of signed heads: the topic's are taken");
            return;
        }
        own.forEach((tenant, head) -> {
            if (!heads.containsKey(tenant)) {
                log(tenant).filed(new TreeHead(0, Hash.EMPTY), head);
            }
        });
        heads.forEach((tenant, note) -> {
            if (!tenant.equals(LogOrigin.OPERATOR)) {
                log(tenant).filed(head(tenant, note), own.getOrDefault(tenant, new TreeHead(0, Hash.EMPTY)));
            }
        });
    }

    /** A committed record of the log. */
    void leaf(ConsumerRecord<String, byte[]> found, long now) {
        counters.leaf();
        log(found.key()).add(found.value() == null ? new byte[0] : found.value(), now);
    }

    /** All that was committed at the start is read. */
    void caughtUp() {
        logs.values().forEach(TenantLog::caughtUp);
    }

    /** Signs what is due, in this order: the topic takes it, the file has it, everybody sees it. */
    void sign(long now) {
        Map<String, TreeHead> due = new LinkedHashMap<>();
        logs.forEach((tenant, log) -> {
            log.frozen().ifPresent(why -> alarm(tenant, why));
            log.due(now).ifPresent(head -> due.put(tenant, head));
        });
        operator.frozen().ifPresent(why -> alarm(LogOrigin.OPERATOR, why));
        Optional<TreeHead> over = operator.due(now);
        List<SignedNote> cosigned = operator.frozen().isPresent() ? List.of() : witnessing.turn(now);
        if (due.isEmpty() && over.isEmpty() && cosigned.isEmpty()) {
            return;
        }
        producer.beginTransaction();
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        // First, because it speaks of the checkpoints before it.
        over.ifPresent(head -> sent.add(send(LogOrigin.OPERATOR, head)));
        cosigned.forEach(note -> sent.add(producer.send(made(LogOrigin.OPERATOR, note))));
        due.forEach((tenant, head) -> sent.add(send(tenant, head)));
        producer.flush();
        // A signer that was replaced by another learns it here, before it touches the file that both may share: a flush
        // waits and says nothing.
        sent.forEach(Signing::requireWritten);
        file.write(heads);
        producer.commitTransaction();
        over.ifPresent(head -> {
            operator.signed(head);
            witnessing.published(newest(LogOrigin.OPERATOR));
        });
        due.forEach((tenant, head) -> {
            log(tenant).signed(head);
            operator.leaf(newest(tenant).bytes(), now);
            counters.checkpoint();
        });
    }

    private Future<RecordMetadata> send(String tenant, TreeHead head) {
        String origin = settings.origin().of(tenant);
        SignedNote note = SignedNote.sign(
                new Checkpoint(origin, head).text(), settings.keys().signers(origin));
        heads.put(tenant, note);
        return producer.send(made(tenant, note));
    }

    private SignedNote newest(String tenant) {
        return Optional.ofNullable(heads.get(tenant)).orElseThrow();
    }

    private ProducerRecord<String, byte[]> made(String tenant, SignedNote note) {
        ProducerRecord<String, byte[]> made =
                new ProducerRecord<>(TopicNames.AUDIT_CHECKPOINTS, 0, tenant, note.bytes());
        made.headers().add(SIGNER, settings.node().getBytes(StandardCharsets.UTF_8));
        return made;
    }

    private static void requireWritten(Future<RecordMetadata> sent) {
        try {
            sent.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof KafkaException fault) {
                throw fault;
            }
            throw new KafkaException("a checkpoint was not written", e);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    private void alarm(String tenant, Tampered why) {
        if (told.putIfAbsent(tenant, why) == null) {
            counters.froze();
            LOG.atError()
                    .addKeyValue("tenant", Printable.of(tenant))
                    .addKeyValue("cause", why.sentence())
                    .log(
                            "the audit log is not what was signed: nothing more of it is signed (look with: dmsc audit verify)");
        }
    }

    /** Tenants of which nothing is signed any more. */
    List<String> frozen() {
        return List.copyOf(told.keySet());
    }
}
