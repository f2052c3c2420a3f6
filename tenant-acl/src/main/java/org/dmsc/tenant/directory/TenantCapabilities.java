package org.dmsc.tenant.directory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.avro.AgentRegistration;
import org.jspecify.annotations.Nullable;

/**
 * The skills of one tenant with an inverted index over their text. Documents live in numbered slots that are used again, so that a posting
 * is two numbers. Not thread-safe: {@link CapabilityIndex} holds the lock.
 */
final class TenantCapabilities {

    private final List<@Nullable Place> slots = new ArrayList<>();
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<AgentRef, Held> agents = new HashMap<>();
    private final Map<String, Postings> postings = new HashMap<>();
    private final Map<String, Slots> bySkill = new HashMap<>();
    private final Map<String, Slots> byTag = new HashMap<>();
    private int documents;
    private double length;

    /** What is kept of a document: its words are in the postings, and are worked out again from the registration when it goes. */
    static final class Place {

        private final AgentRef agent;
        private final String skill;
        private final String[] tags;
        private final float length;

        private Place(SkillDocument document, String skill, String[] tags) {
            this.agent = document.agent();
            this.skill = skill;
            this.tags = tags;
            this.length = (float) document.length();
        }

        AgentRef agent() {
            return agent;
        }

        String skill() {
            return skill;
        }

        float length() {
            return length;
        }

        Set<String> tags() {
            return Set.of(tags);
        }

        boolean hasTags(Set<String> wanted) {
            return wanted.isEmpty() || Arrays.asList(tags).containsAll(wanted);
        }
    }

    /** An agent and where its skills are, in their order. */
    private static final class Held {

        private final AgentRegistration registration;
        private final int[] slots;

        Held(AgentRegistration registration, int[] slots) {
            this.registration = registration;
            this.slots = slots;
        }
    }

    /** A set of slots; the order means nothing. */
    static final class Slots {

        private int[] all = new int[1];
        private int size;

        int size() {
            return size;
        }

        int slot(int i) {
            return all[i];
        }

        private void add(int slot) {
            if (size == all.length) {
                all = Arrays.copyOf(all, grown(size));
            }
            all[size++] = slot;
        }

        private void remove(int slot) {
            for (int i = 0; i < size; i++) {
                if (all[i] == slot) {
                    all[i] = all[--size];
                    return;
                }
            }
        }
    }

    /** By half, not to twice as much: there are many and they are short. */
    private static int grown(int size) {
        return size + 1 + size / 2;
    }

    /** The documents of one term. */
    static final class Postings {

        private static final float UNIT = 0.5f;
        private static final int MOST_UNITS = 0xFF;

        private int[] slots = new int[1];
        /** Weight in units, and places. */
        private short[] values = new short[1];

        private int size;

        int size() {
            return size;
        }

        int slot(int i) {
            return slots[i];
        }

        float weight(int i) {
            return ((values[i] >> 8) & MOST_UNITS) * UNIT;
        }

        byte places(int i) {
            return (byte) values[i];
        }

        private void add(int slot, SkillDocument.Term term) {
            if (size == slots.length) {
                slots = Arrays.copyOf(slots, grown(size));
                values = Arrays.copyOf(values, slots.length);
            }
            int units = Math.min(MOST_UNITS, Math.round(term.weight() / UNIT));
            slots[size] = slot;
            values[size] = (short) ((units << 8) | (term.places() & 0xFF));
            size++;
        }

        private void remove(int slot) {
            for (int i = 0; i < size; i++) {
                if (slots[i] == slot) {
                    size--;
                    slots[i] = slots[size];
                    values[i] = values[size];
                    return;
                }
            }
        }
    }

    /** Whether exactly this is indexed already; most snapshots only bring new load. */
    boolean holds(AgentRef agent, AgentRegistration registration) {
        Held held = agents.get(agent);
        return held != null && held.registration.equals(registration);
    }

    void put(AgentRef agent, AgentRegistration registration, List<SkillDocument> skills) {
        remove(agent);
        agents.put(
                agent,
                new Held(registration, skills.stream().mapToInt(this::insert).toArray()));
    }

    void remove(AgentRef agent) {
        Held held = agents.remove(agent);
        if (held != null && held.slots.length > 0) {
            List<SkillDocument> documents = SkillDocument.of(agent, held.registration);
            for (int i = 0; i < held.slots.length; i++) {
                clear(held.slots[i], documents.get(i));
            }
        }
    }

    boolean isEmpty() {
        return agents.isEmpty();
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

    @Nullable Place document(int slot) {
        return slots.get(slot);
    }

    @Nullable Postings postings(String term) {
        return postings.get(term);
    }

    /** Who offers exactly this skill. */
    @Nullable Slots bySkill(String skill) {
        return bySkill.get(skill);
    }

    /** Who has this tag, in lower case. */
    @Nullable Slots byTag(String tag) {
        return byTag.get(tag);
    }

    private int insert(SkillDocument document) {
        int slot = free.isEmpty() ? slots.size() : free.pop();
        String skill = document.skill().intern();
        String[] tags = document.tags().stream().map(String::intern).toArray(String[]::new);
        Place place = new Place(document, skill, tags);
        if (slot == slots.size()) {
            slots.add(place);
        } else {
            slots.set(slot, place);
        }
        document.terms()
                .forEach((term, weight) ->
                        postings.computeIfAbsent(term, t -> new Postings()).add(slot, weight));
        bySkill.computeIfAbsent(skill, s -> new Slots()).add(slot);
        for (String tag : tags) {
            byTag.computeIfAbsent(tag, t -> new Slots()).add(slot);
        }
        documents++;
        length += document.length();
        return slot;
    }

    private void clear(int slot, SkillDocument document) {
        slots.set(slot, null);
        for (String term : document.terms().keySet()) {
            postings.computeIfPresent(term, (t, list) -> {
                list.remove(slot);
                return list.size() == 0 ? null : list;
            });
        }
        remove(bySkill, document.skill(), slot);
        document.tags().forEach(tag -> remove(byTag, tag, slot));
        free.push(slot);
        documents--;
        length -= document.length();
    }

    private static void remove(Map<String, Slots> sets, String key, int slot) {
        sets.computeIfPresent(key, (k, set) -> {
            set.remove(slot);
            return set.size() == 0 ? null : set;
        });
    }
}
