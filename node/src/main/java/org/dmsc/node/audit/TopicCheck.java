package org.dmsc.node.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.schemas.serde.AuditLeaf;
import org.dmsc.tenant.log.Checkpoint;
import org.dmsc.tenant.log.HeadsLog;
import org.dmsc.tenant.log.LogCheck;
import org.dmsc.tenant.log.LogOrigin;
import org.dmsc.tenant.log.NoteKey;
import org.dmsc.tenant.log.SignedNote;
import org.dmsc.tenant.log.Verdict;
import org.dmsc.tenant.log.Verdict.Tampered;

/** Proves from the topics alone that nothing was removed, changed, reordered or cut off: every leaf against every checkpoint ever signed. */
public final class TopicCheck {

    private final AuditLog log;
    private final List<String> keys;

    /**
     * Checks this log.
     *
     * @param keys what 'dmsc audit key' prints; none: those in the keys folder of this machine
     */
    public TopicCheck(AuditLog log, List<String> keys) {
        this.log = log;
        this.keys = List.copyOf(keys);
    }

    /**
     * What was found, by tenant.
     *
     * @param tenant only this one; {@code ""}: all
     * @throws NodeException REFUSED when that tenant has no log
     */
    public Map<String, Verdict> verdicts(String tenant, AuditLog.Progress progress) {
        Map<String, LogCheck> checks = new TreeMap<>();
        Map<String, Verdict> verdicts = new TreeMap<>();
        if (tenant.isEmpty() || tenant.equals(LogOrigin.OPERATOR)) {
            operator().ifPresent(found -> verdicts.put(LogOrigin.OPERATOR, found));
        }
        log.checkpoints().forEach((name, notes) -> {
            if (!name.equals(LogOrigin.OPERATOR) && (tenant.isEmpty() || tenant.equals(name))) {
                List<NoteKey> known = log.keys(name, keys);
                LogCheck check = checks.computeIfAbsent(name, TopicCheck::begin);
                notes.forEach(note -> expect(check, note, known, found -> verdicts.putIfAbsent(name, found)));
            }
        });
        if (!tenant.equals(LogOrigin.OPERATOR)) {
            log.records(
                    tenant,
                    progress,
                    found -> checks.computeIfAbsent(found.key(), TopicCheck::begin)
                            .add(leaf(found)));
        }
        checks.forEach((name, check) -> verdicts.putIfAbsent(name, check.verdict()));
        if (verdicts.isEmpty() && !tenant.isEmpty()) {
            throw new NodeException(
                    ExitCode.REFUSED,
                    "tenant '" + tenant + "' has no audit log (expected a tenant that did something)");
        }
        return verdicts;
    }

    /** Whether every tenant's checkpoints are in the operator log; empty when nothing is signed. */
    private Optional<Verdict> operator() {
        HeadsLog leaves = new HeadsLog();
        List<NoteKey> known = new ArrayList<>();
        List<Tampered> unsigned = new ArrayList<>();
        log.eachCheckpoint(found -> {
            if (!found.key().equals(LogOrigin.OPERATOR)) {
                leaves.leaf(found.value());
                return;
            }
            if (known.isEmpty()) {
                known.addAll(log.keys(LogOrigin.OPERATOR, keys));
            }
            SignedNote note = SignedNote.parse(found.value());
            Checkpoint checkpoint = Checkpoint.of(note);
            if (known.stream().anyMatch(key -> key.name().equals(checkpoint.origin()) && note.isSignedBy(key))) {
                leaves.head(checkpoint.tree());
            } else if (unsigned.isEmpty()) {
                unsigned.add(new Tampered(
                        0,
                        Math.max(0, checkpoint.tree().size() - 1),
                        "a head of " + checkpoint.tree().size() + " checkpoints is not signed with a key of this log "
                                + known));
            }
        });
        if (leaves.tree().size() == 0) {
            return Optional.empty();
        }
        return Optional.of(unsigned.isEmpty() ? leaves.verdict() : unsigned.get(0));
    }

    private static LogCheck begin(String tenant) {
        return new LogCheck(AuditLeaf::index);
    }

    private static byte[] leaf(ConsumerRecord<String, byte[]> found) {
        return found.value() == null ? new byte[0] : found.value();
    }

    private static void expect(
            LogCheck check, SignedNote note, List<NoteKey> known, java.util.function.Consumer<Tampered> fault) {
        Checkpoint checkpoint = Checkpoint.of(note);
        if (known.stream().anyMatch(key -> key.name().equals(checkpoint.origin()) && note.isSignedBy(key))) {
            check.expect(List.of(checkpoint.tree()));
        } else {
            fault.accept(new Tampered(
                    0,
                    Math.max(0, checkpoint.tree().size() - 1),
                    "a checkpoint of " + checkpoint.tree().size() + " leaves is not signed with a key of this log "
                            + known));
        }
    }
}
