package org.dmsc.bridge.http;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * Which audit records: {@code ?task=&agent=&kind=&refusal=}; kinds separated by commas.
 *
 * @param agent {@code billing} or {@code acme/billing}: who did it, to whom it was done, or who was considered
 */
record AuditFilter(Optional<String> task, Optional<String> agent, Set<AuditKind> kinds, Optional<String> refusal)
        implements Predicate<AuditRecord> {

    private static final Pattern AGENT = Pattern.compile("([a-z0-9-]{1,40}/)?[A-Za-z0-9._-]{1,64}");

    static AuditFilter of(Call call) {
        Optional<String> agent = call.query("agent");
        agent.filter(name -> !AGENT.matcher(name).matches()).ifPresent(name -> {
            throw new RefusedException(
                    Refusal.INVALID_REQUEST,
                    "agent: '" + Printable.of(name) + "' (expected an agent's name, or <tenant>/<agent>)");
        });
        Set<AuditKind> kinds = EnumSet.noneOf(AuditKind.class);
        call.query("kind")
                .ifPresent(names -> Arrays.stream(names.split(",", -1))
                        .map(AuditFilter::kind)
                        .forEach(kinds::add));
        return new AuditFilter(call.query("task"), agent, kinds, call.query("refusal"));
    }

    static AuditKind kind(String name) {
        for (AuditKind kind : AuditKind.values()) {
            if (kind.name().equalsIgnoreCase(name)) {
                return kind;
            }
        }
        throw new RefusedException(
                Refusal.INVALID_REQUEST,
                "kind: '" + Printable.of(name) + "' (expected one of " + List.of(AuditKind.values()) + ")");
    }

    /** What each matching record has. */
    Set<String> words() {
        Set<String> words = new HashSet<>();
        task.ifPresent(words::add);
        agent.map(AuditFilter::name).ifPresent(words::add);
        refusal.ifPresent(words::add);
        if (kinds.size() == 1) {
            words.add(AuditQuery.ofKind(kinds.iterator().next()));
        }
        return words;
    }

    @Override
    public boolean test(AuditRecord record) {
        AuditEvent event = record.getEvent();
        return (kinds.isEmpty() || kinds.contains(event.getKind()))
                && (refusal.isEmpty() || refusal.get().equals(event.getRefusal()))
                && (task.isEmpty()
                        || task.get().equals(event.getTaskId())
                        || task.get().equals(event.getRootTaskId()))
                && (agent.isEmpty() || isAbout(event, agent.get()));
    }

    private static boolean isAbout(AuditEvent event, String agent) {
        return names(event.getActor(), agent)
                || names(event.getObject() == null ? "" : event.getObject(), agent)
                || event.getCandidates().stream()
                        .anyMatch(one -> agent.contains("/")
                                ? agent.equals(one.getTenant() + "/" + one.getAgent())
                                : agent.equals(one.getAgent()));
    }

    private static boolean names(String spiffeId, String agent) {
        int at = spiffeId.indexOf("/agent/" + name(agent));
        if (at < 0) {
            return false;
        }
        String rest = spiffeId.substring(at + "/agent/".length() + name(agent).length());
        boolean whole = rest.isEmpty() || rest.startsWith("/");
        int slash = agent.indexOf('/');
        return whole && (slash < 0 || spiffeId.startsWith("spiffe://" + agent.substring(0, slash) + "."));
    }

    private static String name(String agent) {
        return agent.substring(agent.indexOf('/') + 1);
    }
}
