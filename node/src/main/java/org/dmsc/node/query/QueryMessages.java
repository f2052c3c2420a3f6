package org.dmsc.node.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.router.task.TaskSearch.Place;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;

/**
 * What goes between a gateway and a router: one JSON object each way. Records are as they are on Kafka, sealed, in base64.
 *
 * <pre>
 *   {"do":"find", "tenant":"acme", "task":"…", "ends":{"dmsc.acme.tasks":7, "dmsc.acme.events":40}}
 *       {"is":"kept", "task":{"id":"…", "at":1, "submission":"…", "events":["…"]}}     without task: there is none
 *       {"is":"behind", "begun":1}                                                     ask again
 *       {"is":"elsewhere", "owner":"router-2:8447"}                                    ask there
 *   {"do":"search", "tenant":"acme", "caller":"alice", "most":50, "counted":1000, "after":{"at":1, "id":"…"}, …}
 *       {"lanes":[0, 2], "tasks":[…], "last":{"at":1, "id":"…"}, "total":9, "routers":["router-2:8447"]}
 * </pre>
 */
final class QueryMessages {

    /** Where it is posted. */
    static final String PATH = "/v1/tasks";

    /** Longest question, in bytes. */
    static final int MOST_BYTES = 16 * 1024;

    static final String DO = "do";
    static final String FIND = "find";
    static final String SEARCH = "search";

    private static final ObjectMapper JSON = new ObjectMapper();

    private final AvroSerde<SealedEnvelope> envelopes;

    QueryMessages(AvroCodec codec) {
        this.envelopes = new AvroSerde<>(codec, SealedEnvelope.class);
    }

    static ObjectNode object() {
        return JSON.createObjectNode();
    }

    static byte[] bytes(ObjectNode message) {
        try {
            return JSON.writeValueAsBytes(message);
        } catch (IOException e) {
            throw new IllegalStateException("a message that cannot be written", e);
        }
    }

    /** A message as it came; INVALID_REQUEST when it is none. */
    static JsonNode read(byte[] bytes) {
        try {
            if (JSON.readTree(bytes) instanceof ObjectNode read) {
                return read;
            }
        } catch (IOException e) {
            throw invalid("no JSON: " + Printable.of(String.valueOf(e.getMessage())));
        }
        throw invalid("no object");
    }

    static String text(JsonNode message, String name) {
        JsonNode value = message.path(name);
        if (!value.isTextual()) {
            throw invalid("without " + name);
        }
        return value.textValue();
    }

    static long number(JsonNode message, String name) {
        JsonNode value = message.path(name);
        if (!value.isIntegralNumber()) {
            throw invalid("without " + name);
        }
        return value.longValue();
    }

    byte[] answer(Look look, String topic) {
        ObjectNode answer = object();
        if (look instanceof Look.Kept kept) {
            answer.put("is", "kept");
            kept.task().ifPresent(task -> answer.set("task", task(task, topic)));
        } else if (look instanceof Look.Behind behind) {
            answer.put("is", "behind").put("begun", behind.begunAt());
        } else if (look instanceof Look.Elsewhere elsewhere) {
            answer.put("is", "elsewhere");
            elsewhere.owner().ifPresent(owner -> answer.put("owner", owner.toString()));
        } else {
            throw new IllegalStateException("unknown look: " + look);
        }
        return bytes(answer);
    }

    Look look(JsonNode answer) {
        switch (text(answer, "is")) {
            case "kept":
                return new Look.Kept(answer.has("task") ? Optional.of(task(answer.path("task"))) : Optional.empty());
            case "behind":
                return new Look.Behind(number(answer, "begun"));
            case "elsewhere":
                return new Look.Elsewhere(
                        answer.has("owner") ? RouterAddress.parse(text(answer, "owner")) : Optional.empty());
            default:
                throw invalid("is '" + Printable.of(text(answer, "is")) + "'");
        }
    }

    byte[] answer(KeptPage page, Set<RouterAddress> routers, String topic) {
        ObjectNode answer = object().put("total", page.total());
        ArrayNode lanes = answer.putArray("lanes");
        page.lanes().forEach(lanes::add);
        ArrayNode tasks = answer.putArray("tasks");
        page.tasks().forEach(task -> tasks.add(task(task, topic)));
        page.last().ifPresent(last -> answer.set("last", place(last)));
        ArrayNode others = answer.putArray("routers");
        routers.forEach(router -> others.add(router.toString()));
        return bytes(answer);
    }

    KeptPage page(JsonNode answer) {
        Set<Integer> lanes = new HashSet<>();
        answer.path("lanes").forEach(lane -> lanes.add(lane.asInt()));
        List<KeptTask> tasks = new ArrayList<>();
        answer.path("tasks").forEach(task -> tasks.add(task(task)));
        return new KeptPage(
                lanes, tasks, answer.has("last") ? Optional.of(place(answer.path("last"))) : Optional.empty(), (int)
                        number(answer, "total"));
    }

    /** Other routers, as the one that was asked knows them. */
    static Set<RouterAddress> routers(JsonNode answer) {
        Set<RouterAddress> routers = new HashSet<>();
        answer.path("routers")
                .forEach(text -> RouterAddress.parse(text.asText()).ifPresent(routers::add));
        return routers;
    }

    static ObjectNode place(Place place) {
        return object().put("at", place.statusAt()).put("id", place.taskId());
    }

    static Place place(JsonNode node) {
        return new Place(number(node, "at"), text(node, "id"));
    }

    private ObjectNode task(KeptTask task, String topic) {
        ObjectNode node = place(task.place());
        node.put("submission", envelopes.serializer().serialize(topic, task.submission()));
        ArrayNode events = node.putArray("events");
        task.events().forEach(event -> events.add(envelopes.serializer().serialize(topic, event)));
        return node;
    }

    private KeptTask task(JsonNode node) {
        List<SealedEnvelope> events = new ArrayList<>();
        node.path("events").forEach(event -> events.add(envelope(event)));
        return new KeptTask(place(node), envelope(node.path("submission")), events);
    }

    private SealedEnvelope envelope(JsonNode node) {
        try {
            byte[] bytes = node.binaryValue();
            if (bytes != null) {
                return envelopes.deserializer().deserialize("", bytes);
            }
        } catch (IOException e) {
            throw invalid("a record that is not base64");
        }
        throw invalid("without a record");
    }

    static RefusedException invalid(String what) {
        return new RefusedException(Refusal.INVALID_REQUEST, "message about tasks: " + what);
    }
}
