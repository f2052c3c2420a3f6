package org.dmsc.bridge.core.trail;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.dmsc.bridge.core.AuditQuery;
import org.dmsc.schemas.avro.AuditCandidate;
import org.dmsc.schemas.avro.AuditEvent;
import org.jspecify.annotations.Nullable;

/** What an audit event can be looked for by, and the pattern of bits that a set of them makes (a Bloom filter). Pure. */
final class AuditTerms {

    /** Of the pattern of one block: with 500 events of six terms each, one look in 200 is in vain. */
    static final int PATTERN_BYTES = 4096;

    private static final int BITS = PATTERN_BYTES * Byte.SIZE;
    private static final int PROBES = 7;
    private static final String AGENT = "/agent/";
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private AuditTerms() {}

    /** Tasks, agents' names, refusal and kind. */
    static Set<String> of(AuditEvent event) {
        Set<String> terms = new HashSet<>();
        add(terms, event.getTaskId());
        add(terms, event.getRootTaskId());
        add(terms, event.getRefusal());
        addAgent(terms, event.getActor());
        addAgent(terms, event.getObject());
        for (AuditCandidate candidate : event.getCandidates()) {
            terms.add(candidate.getAgent());
        }
        terms.add(AuditQuery.ofKind(event.getKind()));
        return terms;
    }

    private static void add(Set<String> terms, @Nullable String term) {
        if (term != null) {
            terms.add(term);
        }
    }

    private static void addAgent(Set<String> terms, @Nullable String spiffeId) {
        int at = spiffeId == null ? -1 : spiffeId.indexOf(AGENT);
        if (spiffeId != null && at >= 0) {
            String rest = spiffeId.substring(at + AGENT.length());
            int slash = rest.indexOf('/');
            terms.add(slash < 0 ? rest : rest.substring(0, slash));
        }
    }

    /** Marks a term in a pattern. */
    static void mark(byte[] pattern, String term) {
        for (int bit : bits(term)) {
            pattern[bit / Byte.SIZE] |= (byte) (1 << (bit % Byte.SIZE));
        }
    }

    /** Whether the term may have been marked in the pattern that begins there; false is certain. */
    static boolean mayHold(byte[] patterns, int offset, String term) {
        return Arrays.stream(bits(term))
                .allMatch(bit -> (patterns[offset + bit / Byte.SIZE] & (1 << (bit % Byte.SIZE))) != 0);
    }

    private static int[] bits(String term) {
        long first = FNV_BASIS;
        for (int i = 0; i < term.length(); i++) {
            first = (first ^ term.charAt(i)) * FNV_PRIME;
        }
        long second = (Long.rotateLeft(first, Integer.SIZE) * FNV_PRIME) | 1;
        int[] bits = new int[PROBES];
        for (int i = 0; i < PROBES; i++) {
            long mixed = first + i * second;
            bits[i] = (int) Math.floorMod(mixed ^ (mixed >>> Integer.SIZE), (long) BITS);
        }
        return bits;
    }
}
