package org.dmsc.tenant.directory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.dmsc.tenant.intent.Learnt;
import org.jspecify.annotations.Nullable;

/** One query over one tenant after another. Reasons name no word of the request: they go to the audit log, which is not sealed. */
final class CapabilitySearch {

    private static final double OF_TEXT_WHEN_SKILL_NAMED = 0.1;

    static final Comparator<Hit> BEST_FIRST = Comparator.comparingDouble(Hit::score)
            .reversed()
            .thenComparing(hit -> hit.document().agent().tenant())
            .thenComparing(hit -> hit.document().agent().agent())
            .thenComparing(hit -> hit.document().skill());

    private static final double HUNDREDTHS = 100;

    /** What a point of BM25 is worth against the evidence of many past tasks. */
    private static final double TEXT_IN_EVIDENCE = 0.2;

    /** What it is worth beyond that before the first, and after how many tasks half of that is left. */
    private static final double TEXT_AT_FIRST = 0.5;

    private static final double TEXT_FADES = 500;

    /** How far evidence may lie apart until relevance falls to a third. */
    private static final double EVIDENCE_SPREAD = 1;

    /** Relevance of at least this share of the best is about the same; the selector's margin is not wider. */
    private static final double CLOSE = 0.75;

    /** What the nearest skill in meaning has beside its words: about as much as a card that has a third of them. */
    private static final double NEARNESS = 0.3;

    private final Query query;
    private final Set<String> tags;
    private final int words;
    private final Past past;

    /** What was learnt, and how to find a skill in it. */
    record Past(Learnt learnt, ToLongFunction<String> hash) {

        static final Past NONE = new Past(Learnt.NOTHING, skill -> 0);
    }

    CapabilitySearch(Query query, List<String> words, Past past) {
        this.query = query;
        this.past = query.skill().isEmpty() ? past : Past.NONE;
        this.tags =
                query.tags().stream().map(tag -> tag.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        this.words = words.size();
    }

    /** A document that fits; words and places are what it has in common with the request. */
    record Hit(TenantCapabilities.Place document, double score, Text text, double learnt) {}

    /** What its text gave, by its words and by its meaning. */
    record Text(double score, int words, byte places, double near) {}

    void collect(TenantCapabilities tenant, TextScores scores, List<Hit> hits) {
        TextScores.Scored scored = scores.of(tenant);
        boolean textAlone =
                query.skill().isEmpty() && tags.isEmpty() && query.expression().isEmpty();
        boolean learning = past.learnt().tasks() > 0;
        TenantCapabilities.@Nullable Slots few = narrowest(tenant);
        int most = isNarrowed() ? (few == null ? 0 : few.size()) : tenant.size();
        for (int i = 0; i < most; i++) {
            int slot = few == null ? i : few.slot(i);
            TenantCapabilities.Place document = tenant.document(slot);
            if (document == null || !fits(document)) {
                continue;
            }
            long hash = learning ? past.hash().applyAsLong(document.skill()) : 0;
            double near = query.near().getOrDefault(document.skill(), 0.0);
            if (textAlone
                    && scored.words(slot) == 0
                    && near == 0
                    && !(learning && past.learnt().knows(hash))) {
                continue;
            }
            Text text = new Text(scored.score(slot), scored.words(slot), scored.places(slot), near);
            double learnt = past.learnt().of(hash);
            double said = text.score() + NEARNESS * near;
            double score = learning ? learnt + textWeight() * scores.most() * said : score(said);
            hits.add(new Hit(document, score, text, learnt));
        }
    }

    /** The best first. Evidence becomes relevance here: 1 for the best, and the others by how far they are behind. */
    List<Match> ranked(List<Hit> hits) {
        double best = hits.stream().mapToDouble(Hit::score).max().orElse(0);
        return first(hits).stream().map(hit -> match(hit, best)).toList();
    }

    /** The best, as many as wanted, without sorting the rest. */
    private List<Hit> first(List<Hit> hits) {
        if (query.sample().isPresent() && hits.size() > query.limit()) {
            List<Hit> close = close(hits);
            if (close.size() > query.limit()) {
                return sampled(close);
            }
        }
        PriorityQueue<Hit> kept = new PriorityQueue<>(BEST_FIRST.reversed());
        for (Hit hit : hits) {
            if (kept.size() < query.limit()) {
                kept.add(hit);
            } else if (BEST_FIRST.compare(hit, kept.peek()) < 0) {
                kept.poll();
                kept.add(hit);
            }
        }
        List<Hit> sorted = new ArrayList<>(kept);
        sorted.sort(BEST_FIRST);
        return sorted;
    }

    /** Those between which load shall decide, since their relevance is about the same. */
    private List<Hit> close(List<Hit> hits) {
        double best = hits.stream().mapToDouble(Hit::score).max().orElse(0);
        double least = past.learnt().tasks() == 0 ? best * CLOSE : best + EVIDENCE_SPREAD * Math.log(CLOSE);
        return hits.stream().filter(hit -> hit.score() >= least).toList();
    }

    private List<Hit> sampled(List<Hit> close) {
        int begin = Math.floorMod(query.sample().orElse(0), close.size());
        List<Hit> some = new ArrayList<>(query.limit());
        for (int i = 0; i < query.limit(); i++) {
            some.add(close.get((begin + i) % close.size()));
        }
        some.sort(BEST_FIRST);
        return some;
    }

    /** With two decimals; {@code String.format} would cost as much as the search. */
    private static String number(double value) {
        return Double.toString(Math.rint(value * HUNDREDTHS) / HUNDREDTHS);
    }

    private Match match(Hit hit, double best) {
        double score =
                past.learnt().tasks() == 0 ? hit.score() : score(Math.exp((hit.score() - best) / EVIDENCE_SPREAD));
        return new Match(hit.document().agent(), hit.document().skill(), score, why(hit));
    }

    private double textWeight() {
        return TEXT_IN_EVIDENCE + TEXT_AT_FIRST / (1 + past.learnt().tasks() / TEXT_FADES);
    }

    private boolean fits(TenantCapabilities.Place document) {
        return (query.skill().isEmpty() || query.skill().get().equals(document.skill()))
                && document.hasTags(tags)
                && (query.expression().isEmpty() || query.expression().get().matches(document.tags()));
    }

    private boolean isNarrowed() {
        return query.skill().isPresent() || !tags.isEmpty();
    }

    /** Everybody who can fit is in here, and as few others as possible; null when that is nobody, or nothing narrows. */
    private TenantCapabilities.@Nullable Slots narrowest(TenantCapabilities tenant) {
        if (query.skill().isPresent()) {
            return tenant.bySkill(query.skill().get());
        }
        TenantCapabilities.@Nullable Slots narrowest = null;
        for (String tag : tags) {
            TenantCapabilities.@Nullable Slots slots = tenant.byTag(tag);
            if (slots == null) {
                return null;
            }
            narrowest = narrowest == null || slots.size() < narrowest.size() ? slots : narrowest;
        }
        return narrowest;
    }

    /**
     * Whether all that fit are equally relevant but for a little that text adds: then any of them do, and to look at a few is enough even
     * where thousands fit.
     */
    boolean isAnyAsGood() {
        return query.sample().isPresent()
                && (query.skill().isPresent()
                        || (!tags.isEmpty()
                                && words == 0
                                && query.near().isEmpty()
                                && past.learnt().tasks() == 0));
    }

    /** As many as are wanted, from the sample's place on, round and round. */
    List<Match> any(List<TenantCapabilities> visible) {
        List<TenantCapabilities.Slots> sets = new ArrayList<>(visible.size());
        List<TenantCapabilities> of = new ArrayList<>(visible.size());
        int all = 0;
        for (TenantCapabilities tenant : visible) {
            TenantCapabilities.@Nullable Slots slots = narrowest(tenant);
            if (slots != null) {
                sets.add(slots);
                of.add(tenant);
                all += slots.size();
            }
        }
        List<Match> found = new ArrayList<>(Math.min(all, query.limit()));
        if (all == 0) {
            return found;
        }
        List<String> why = why(new Text(0, 0, (byte) 0, 0));
        int at = Math.floorMod(query.sample().orElse(0), all);
        int set = 0;
        while (at >= sets.get(set).size()) {
            at -= sets.get(set++).size();
        }
        for (int looked = 0; looked < all && found.size() < query.limit(); looked++) {
            TenantCapabilities.Place document =
                    of.get(set).document(sets.get(set).slot(at));
            if (document != null && fits(document)) {
                found.add(new Match(document.agent(), document.skill(), 1, why));
            }
            if (++at == sets.get(set).size()) {
                at = 0;
                set = (set + 1) % sets.size();
            }
        }
        return found;
    }

    /** How many can fit at most. */
    int most(TenantCapabilities tenant) {
        TenantCapabilities.@Nullable Slots slots = narrowest(tenant);
        return slots != null ? slots.size() : isNarrowed() ? 0 : tenant.documents();
    }

    private double score(double covered) {
        if (query.skill().isPresent()) {
            return 1 + OF_TEXT_WHEN_SKILL_NAMED * covered;
        }
        return tags.isEmpty() ? covered : 1 + covered;
    }

    private List<String> why(Hit hit) {
        List<String> why = new ArrayList<>(why(hit.text()));
        if (past.learnt().tasks() > 0) {
            why.add("text gives " + number(hit.score() - hit.learnt()) + ", "
                    + past.learnt().tasks() + " finished tasks give " + number(hit.learnt()));
        }
        return why;
    }

    private List<String> why(Text text) {
        List<String> why = new ArrayList<>();
        if (query.skill().isPresent()) {
            why.add("offers the skill " + query.skill().get());
        }
        if (!tags.isEmpty()) {
            why.add("has the tags " + String.join(", ", tags.stream().sorted().toList()));
        }
        if (text.words() > 0) {
            why.add(text.words() + " of " + words + " words of the request are in its " + places(text.places()));
        }
        if (text.near() > 0) {
            why.add("its meaning is near, " + number(text.near()) + " of the nearest");
        }
        return List.copyOf(why);
    }

    private static String places(byte places) {
        return Arrays.stream(SkillDocument.Place.values())
                .filter(place -> place.isIn(places))
                .map(SkillDocument.Place::label)
                .collect(Collectors.joining(", "));
    }
}
