package org.dmsc.tenant.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentRegistration;
import org.jspecify.annotations.Nullable;

/**
 * The skills of one tenant with an inverted index over their text. Documents live in numbered slots that are used again, so that a posting
 * is two numbers. Not thread-safe: {@link CapabilityIndex} holds the lock.
 */
final class TenantCapabilities {

    private final List<@Nullable SkillDocument> slots = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<AgentRef, AgentRegistration> registrations = new HashMap<>();
    private final Map<AgentRef, int[]> slotsOfAgent = new HashMap<>();
    private final Map<String, Postings> postings = new HashMap<>();
    private int documents;
    private double length;

    /** The documents of one term. */
    static final class Postings {

        private int[] slots = new int[2];
        private float[] weights = new float[2];
        private byte[] places = new byte[2];
        private int size;

        int size() {
            return size;
        }

        int slot(int i) {
            return slots[i];
        }

        float weight(int i) {
            return weights[i];
        }

        byte places(int i) {
            return places[i];
        }

        private void add(int slot, SkillDocument.Term term) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, 2 * size);
                weights = Arrays.copyOf(weights, 2 * size);
                places = Arrays.copyOf(places, 2 * size);
            }
            slots[size] = slot;
            weights[size] = term.weight();
            places[size] = term.places();
            size++;
        }

        private void remove(int slot) {
            for (int i = 0; i < size; i++) {
                if (slots[i] == slot) {
                    size--;
                    slots[i] = slots[size];
                    weights[i] = weights[size];
                    places[i] = places[size];
                    return;
                }
            }
        }
    }

    /** Whether exactly this is indexed already; most snapshots only bring new load. */
    boolean holds(AgentRef agent, AgentRegistration registration) {
        return registration.equals(registrations.get(agent));
    }

    void put(AgentRef agent, AgentRegistration registration, List<SkillDocument> skills) {
        remove(agent);
        registrations.put(agent, registration);
        slotsOfAgent.put(agent, skills.stream().mapToInt(this::insert).toArray());
    }

    void remove(AgentRef agent) {
        registrations.remove(agent);
        int[] taken = slotsOfAgent.remove(agent);
        if (taken != null) {
            Arrays.stream(taken).forEach(this::clear);
        }
    }

    boolean isEmpty() {
        return registrations.isEmpty();
    }

    /** How many slots there are; each is below this. */
    int size() {
        return slots.size();
    }

    int documents() {
        return documents;
    }

    /** Sum of all documents' lengths. */
    double length() {
        return length;
    }

    @Nullable SkillDocument document(int slot) {
        return slots.get(slot);
    }

    @Nullable Postings postings(String term) {
        return postings.get(term);
    }

    private int insert(SkillDocument document) {
        int slot = free.isEmpty() ? slots.size() : free.pop();
        if (slot == slots.size()) {
            slots.add(document);
        } else {
            slots.set(slot, document);
        }
        document.terms()
                .forEach((term, weight) ->
                        postings.computeIfAbsent(term, t -> new Postings()).add(slot, weight));
        documents++;
        length += document.length();
        return slot;
    }

    private void clear(int slot) {
        SkillDocument document = slots.set(slot, null);
        if (document == null) {
            return;
        }
        for (String term : document.terms().keySet()) {
            postings.computeIfPresent(term, (t, list) -> {
                list.remove(slot);
                return list.size() == 0 ? null : list;
            });
        }
        free.push(slot);
        documents--;
        length -= document.length();
    }
}
