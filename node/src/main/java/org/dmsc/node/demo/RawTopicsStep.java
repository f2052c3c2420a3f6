package org.dmsc.node.demo;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Everything that Kafka holds, byte by byte: no word of any message can be read there, while the audit topic has what it should. */
final class RawTopicsStep implements Step {

    private static final String AUDIT = "dmsc.audit";

    @Override
    public String title() {
        return "A dump of the raw topics";
    }

    @Override
    public Observation observe(Stage stage) {
        Map<String, List<TopicDump.Raw>> dump = new TopicDump(stage.fabric().kafkaClient()).read();
        List<String> words = stage.words().all();
        Needles needles = new Needles(words);
        long records = 0;
        long bytes = 0;
        for (List<TopicDump.Raw> topic : dump.values()) {
            for (TopicDump.Raw record : topic) {
                records++;
                for (byte[] part : record.parts()) {
                    bytes += part.length;
                    Optional<String> found = needles.find(part);
                    Stage.expect(found.isEmpty(), "nothing readable in " + record.place(), found, "the topic itself");
                }
            }
        }
        tell(stage, dump, words);
        expectTasks(stage, dump.getOrDefault(AUDIT, List.of()));
        expectTenantTopics(dump);
        return new Observation(
                "the operator's plain Kafka client reads all topics",
                String.format(
                        "%d topics, %d records, %d KiB, changelogs included: none of %d words readable; %s has the tasks",
                        dump.size(), records, bytes / 1024, words.size(), AUDIT));
    }

    private static void tell(Stage stage, Map<String, List<TopicDump.Raw>> dump, List<String> words) {
        stage.narrator().says("demo", "Kafka", "reads everything, looks for " + String.join(", ", words));
        dump.forEach((topic, records) -> {
            if (!records.isEmpty()) {
                String example = excerpt(records.get(records.size() - 1));
                stage.narrator().line(String.format("      %5d  %-52s %s", records.size(), shortened(topic), example));
            }
        });
    }

    /** The audit log is readable by intent, and this shows that the search would find what is there. */
    private static void expectTasks(Stage stage, List<TopicDump.Raw> audit) {
        for (A2aTask task : stage.tasks()) {
            Needles id = new Needles(List.of(task.id()));
            long found = audit.stream()
                    .filter(record -> record.parts().stream()
                            .anyMatch(part -> id.find(part).isPresent()))
                    .count();
            Stage.expect(
                    found > 0,
                    "records of task " + task.id() + " in " + AUDIT,
                    "none among " + audit.size(),
                    "the topic itself");
        }
    }

    /** That nothing is readable would prove little if nothing were there. */
    private static void expectTenantTopics(Map<String, List<TopicDump.Raw>> dump) {
        Set<String> full = dump.entrySet().stream()
                .filter(topic -> !topic.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .collect(Collectors.toCollection(HashSet::new));
        Set<String> expected = Set.of(
                "dmsc.acme.tasks",
                "dmsc.acme.inbox",
                "dmsc.acme.events",
                "dmsc.acme.agents",
                "dmsc.globex.tasks",
                "dmsc.globex.events",
                "dmsc.sys.registry",
                AUDIT);
        Stage.expect(full.containsAll(expected), "records in each of " + expected, full, "the topics themselves");
        Stage.expect(
                full.stream().anyMatch(topic -> topic.endsWith("-changelog")),
                "records in changelogs",
                full,
                "the topics themselves");
    }

    private static String shortened(String topic) {
        return topic.length() <= 52 ? topic : topic.substring(0, 49) + "...";
    }

    /** The printable characters of the end of a value. */
    private static String excerpt(TopicDump.Raw record) {
        byte[] last = record.parts().stream().reduce(new byte[0], (a, b) -> b.length > a.length ? b : a);
        String text = new String(last, StandardCharsets.ISO_8859_1).replaceAll("[^\\x20-\\x7e]", ".");
        return text.substring(Math.max(0, text.length() - 44));
    }
}
