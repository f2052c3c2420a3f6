package org.dmsc.tenant.directory;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * BM25 over the documents of all visible tenants together, scaled so that a document which holds every word of the request, each as often
 * as one likes, comes to 1.
 */
final class TextScores {

    /** How soon a repeated word stops to count: late, since cards are short. Both numbers by cross-validation, see docs/intent.md. */
    private static final double SATURATION = 5;

    /** How much long texts are held back. */
    private static final double LENGTH_PENALTY = 0.3;

    private final Map<String, Double> rarity;
    private final double meanLength;
    private final double most;

    private TextScores(Map<String, Double> rarity, double meanLength, double most) {
        this.rarity = rarity;
        this.meanLength = meanLength;
        this.most = most;
    }

    static TextScores over(List<TenantCapabilities> visible, List<String> words) {
        int documents = visible.stream().mapToInt(TenantCapabilities::documents).sum();
        double length = visible.stream().mapToDouble(TenantCapabilities::length).sum();
        Map<String, Double> rarity = new LinkedHashMap<>();
        double most = 0;
        for (String word : words) {
            int holding = 0;
            for (TenantCapabilities tenant : visible) {
                TenantCapabilities.Postings postings = tenant.postings(word);
                holding += postings == null ? 0 : postings.size();
            }
            double idf = Math.log(1 + (documents - holding + 0.5) / (holding + 0.5));
            most += idf * (SATURATION + 1);
            if (holding > 0) {
                rarity.put(word, idf);
            }
        }
        return new TextScores(rarity, documents == 0 ? 1 : length / documents, most);
    }

    /** What a document would have that holds every word; 0 for a request without words. */
    double most() {
        return most;
    }

    /** What each slot of a tenant has in common with the request. */
    Scored of(TenantCapabilities tenant) {
        Scored scored = new Scored(tenant.size());
        rarity.forEach((word, idf) -> add(tenant, word, idf, scored));
        return scored;
    }

    private void add(TenantCapabilities tenant, String word, double idf, Scored scored) {
        TenantCapabilities.Postings postings = tenant.postings(word);
        if (postings == null) {
            return;
        }
        for (int i = 0; i < postings.size(); i++) {
            int slot = postings.slot(i);
            TenantCapabilities.Place document = tenant.document(slot);
            double length = document == null ? meanLength : document.length();
            double often = postings.weight(i);
            double damped = often
                    * (SATURATION + 1)
                    / (often + SATURATION * (1 - LENGTH_PENALTY + LENGTH_PENALTY * length / meanLength));
            scored.scores[slot] += idf * damped / most;
            scored.places[slot] |= postings.places(i);
            scored.words[slot]++;
        }
    }

    /** By slot: score 0 to 1, places in which words were found, number of words found. */
    static final class Scored {

        private final double[] scores;
        private final byte[] places;
        private final int[] words;

        private Scored(int slots) {
            this.scores = new double[slots];
            this.places = new byte[slots];
            this.words = new int[slots];
        }

        double score(int slot) {
            return scores[slot];
        }

        byte places(int slot) {
            return places[slot];
        }

        int words(int slot) {
            return words[slot];
        }
    }
}
