package org.dmsc.bridge.core;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.AuditRecord;

/**
 * A question to the audit log, answered in pages, oldest first.
 *
 * @param tenant whose log; empty for all, and then the order is that of time within a page only
 * @param wanted which records; asked in the order of the log, by one thread
 * @param words what each wanted record has, each a whole id of a task, name of an agent or refusal, literally: what lacks one is passed over
 *     without being decoded, and whole blocks without being read; or {@link #ofKind}
 * @param cursor where the page before ended; empty for the first
 * @param limit most records
 */
public record AuditQuery(
        Optional<TenantId> tenant,
        Predicate<AuditRecord> wanted,
        Set<String> words,
        Span span,
        Optional<String> cursor,
        int limit) {

    /** A cursor that stands behind all that there is, to wait for what comes. */
    public static final String END = "end";

    /** No id or name begins so. */
    private static final String KIND = "\u0000kind:";

    public AuditQuery {
        words = Set.copyOf(words);
    }

    /** What a record of that kind has. */
    public static String ofKind(AuditKind kind) {
        return KIND + kind.name();
    }

    /** Those of the words that are in the bytes of each wanted record. */
    public static Set<String> literal(Set<String> words) {
        return words.stream().filter(word -> !word.startsWith(KIND)).collect(Collectors.toUnmodifiableSet());
    }

    /** The same question from there on. */
    public AuditQuery after(String next) {
        return new AuditQuery(tenant, wanted, words, span, Optional.of(next), limit);
    }

    /**
     * When a record was written to the log, by the broker's clock, in milliseconds.
     *
     * @param until the first moment that is too late
     */
    public record Span(long since, long until) {

        /** The whole log. */
        public static final Span ALL = new Span(0, Long.MAX_VALUE);
    }

    /**
     * Some of the answer.
     *
     * @param cursor where to go on
     * @param last whether there is no more now; a page that is not the last may hold fewer records than the limit, even none
     */
    public record Slice(List<AuditRecord> records, String cursor, boolean last) {

        public Slice {
            records = List.copyOf(records);
        }
    }
}
