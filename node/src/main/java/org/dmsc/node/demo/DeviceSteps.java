package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;

/** Devices: one that streams over MQTT 5 and delegates itself, one that speaks MQTT 3.1.1. */
final class DeviceSteps {

    private static final Duration ANSWER = Duration.ofSeconds(40);

    private DeviceSteps() {}

    static List<Step> all() {
        return List.of(new Streaming(), new DeviceDelegates(), new OldDevice());
    }

    private record Streaming() implements Step {

        @Override
        public String title() {
            return "HTTP caller, answer streamed from an MQTT 5 device";
        }

        @Override
        public Observation observe(Stage stage) {
            ChildProcess support = stage.cast().process(Cast.SUPPORT);
            ChildProcess device = stage.cast().process(Cast.INVENTORY);
            DelegationSteps.command(device, "pause");
            int from = support.printed();
            int deviceFrom = device.printed();
            String question = "What is in stock? My word is " + stage.words().next();
            stage.narrator().says(Cast.SUPPORT, Cast.INVENTORY, "\"" + question + "\" (HTTP, server-sent events)");
            support.tell("stream " + Cast.INVENTORY + " " + question);
            support.await("the first shelf, while the device waits before the second", from, chunk("shelf A"), ANSWER);
            int early = device.seen(deviceFrom, line -> Json.text(line, "event").equals("answered"))
                    .size();
            Stage.expect(
                    early == 0,
                    "the first event before the device had finished",
                    "the device had finished",
                    device.log().toString());
            stage.narrator()
                    .says(
                            Cast.INVENTORY,
                            Cast.SUPPORT,
                            "shelf A has arrived; the device waits before shelf B until it is told to go on");
            DelegationSteps.command(device, "resume");
            support.await(
                    "the end of the stream",
                    from,
                    line -> Json.text(line, "verb").equals("stream-end"),
                    ANSWER);

            List<JsonNode> events =
                    support.seen(from, line -> Json.text(line, "verb").equals("stream"));
            events.forEach(event -> stage.narrator().says(Cast.INVENTORY, Cast.SUPPORT, shortly(event.path("body"))));
            expectInOrder(
                    events, stage.cast().lines().inventory(), support.log().toString());
            return new Observation(
                    "stock, as a stream",
                    events.size() + " events, one by one: shelf A came while the device still counted");
        }

        private static Predicate<JsonNode> chunk(String text) {
            return line -> Json.text(line, "verb").equals("stream")
                    && line.path("body").path("artifactUpdate").toString().contains(text);
        }

        private static void expectInOrder(List<JsonNode> events, String word, String log) {
            int next = 0;
            List<String> shelves = List.of("shelf A", "shelf B", "shelf C");
            for (JsonNode event : events) {
                String text = event.path("body").path("artifactUpdate").toString();
                if (next < shelves.size() && text.contains(shelves.get(next)) && text.contains(word)) {
                    next++;
                }
            }
            Stage.expect(next == shelves.size(), "three shelves in order, each as an event", events, log);
            String last = events.get(events.size() - 1).path("body").toString();
            Stage.expect(last.contains("TASK_STATE_COMPLETED"), "TASK_STATE_COMPLETED as the last event", last, log);
        }

        private static String shortly(JsonNode event) {
            if (event.has("artifactUpdate")) {
                JsonNode parts = event.path("artifactUpdate").path("artifact").path("parts");
                return "artifact: " + parts.path(0).path("text").asText();
            }
            if (event.has("statusUpdate")) {
                return "status: " + Json.text(event, "statusUpdate.status.state");
            }
            return event.has("task") ? "task: " + Json.text(event, "task.status.state") : "message";
        }
    }

    private record DeviceDelegates() implements Step {

        @Override
        public String title() {
            return "MQTT 5 device delegates to an HTTP agent";
        }

        @Override
        public Observation observe(Stage stage) {
            ChildProcess device = stage.cast().process(Cast.INVENTORY);
            int from = device.printed();
            String question = "An invoice for antennas is wrong, please refund it. My word is "
                    + stage.words().next();
            stage.narrator().says(Cast.INVENTORY, "fabric", "\"" + question + "\" (MQTT 5, nobody named)");
            device.tell("ask " + question);
            JsonNode reply = device.await(
                    "a reply to the device",
                    from,
                    line -> Json.text(line, "event").equals("reply"),
                    ANSWER);
            A2aTask task = new A2aTask(reply.path("body").path("result").path("task"));
            DelegationSteps.expectAnswer(
                    task,
                    Cast.BILLING,
                    stage.cast().lines().billing(),
                    device.log().toString());
            DelegationSteps.tellWhy(stage, task);
            stage.narrator().says(Cast.BILLING, Cast.INVENTORY, "\"" + task.answer() + "\"");
            return new Observation(
                    "a device's refund, over MQTT 5", "delegated to billing (A2A over HTTPS), answered over MQTT 5");
        }
    }

    private record OldDevice() implements Step {

        @Override
        public String title() {
            return "MQTT 3.1.1 sensor answers an HTTP caller";
        }

        @Override
        public Observation observe(Stage stage) {
            Caller reception = stage.cast().caller(Cast.RECEPTION);
            String question = "What is the temperature of the cold store? My word is "
                    + stage.words().next();
            stage.narrator().says(Cast.RECEPTION, "fabric", "\"" + question + "\" (in tenant globex)");
            A2aTask task = reception.ask(question);
            DelegationSteps.expectAnswer(
                    task,
                    Cast.SENSOR,
                    stage.cast().lines().sensor(),
                    reception.process().log().toString());
            stage.narrator().says(Cast.SENSOR, Cast.RECEPTION, "\"" + task.answer() + "\"");
            return new Observation("the temperature, in tenant globex", "the sensor answered: " + task.answer());
        }
    }
}
