package org.dmsc.bridge.mqtt.testing;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.dmsc.bridge.core.AuditTrail;
import org.dmsc.bridge.core.RefusalNote;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AuditEvent;

/** Remembers refusals. */
public final class FakeAudit implements AuditTrail {

    private final List<RefusalNote> notes = new CopyOnWriteArrayList<>();

    public boolean saw(Refusal refusal, String actorPart, String objectPart) {
        return notes.stream()
                .anyMatch(note -> note.refusal() == refusal
                        && note.actor().contains(actorPart)
                        && note.object().orElse("").contains(objectPart));
    }

    @Override
    public CompletionStage<Void> record(AuditEvent event) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void refused(RefusalNote note) {
        notes.add(note);
    }
}
