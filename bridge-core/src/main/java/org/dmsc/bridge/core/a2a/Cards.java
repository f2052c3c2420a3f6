package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentEndpoint;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.SkillRecord;
import org.jspecify.annotations.Nullable;

/** Reads agent cards into registrations. */
public final class Cards {

    private static final int LONGEST_NAME = 256;
    private static final int LONGEST_ID = 128;
    private static final int LONGEST_TEXT = 8192;
    private static final int LONGEST_URL = 2048;
    private static final int MOST_SKILLS = 256;
    private static final int MOST_TAGS = 64;
    private static final int MOST_EXAMPLES = 64;
    private static final int MOST_EXTENSIONS = 64;

    private Cards() {}

    /** As {@link #registration(ObjectNode, Reach, AgentHints)}, of an agent that is reached as its channel alone says. */
    public static AgentRegistration registration(ObjectNode card, AgentChannel channel, AgentHints hints) {
        return registration(card, Reach.of(channel), hints);
    }

    /**
     * Checks a card and takes out what the fabric works with; the card itself is kept as it was. What its texts say is looked at by
     * {@link org.dmsc.bridge.core.cards.CardGate}, when all else is right.
     *
     * @param reach how deliveries reach the agent; an A2A_HTTP agent's card must name an endpoint that the fabric speaks; see
     *     {@link CardInterfaces}
     * @throws org.dmsc.schemas.RefusedException INVALID_REQUEST, naming the field
     */
    public static AgentRegistration registration(ObjectNode card, Reach reach, AgentHints hints) {
        Fields fields = new Fields(card, "card", Refusal.INVALID_REQUEST);
        Optional<CardInterfaces.Chosen> way =
                reach == Reach.A2A_HTTP ? Optional.of(CardInterfaces.of(fields, hints)) : Optional.empty();
        Optional<String> url = way.map(CardInterfaces.Chosen::url);
        boolean streaming = fields.object("capabilities")
                .map(capabilities ->
                        new Fields(capabilities, "card.capabilities", Refusal.INVALID_REQUEST).flag("streaming"))
                .orElse(false);
        return AgentRegistration.newBuilder()
                .setCardJson(new String(A2aJson.bytes(card), java.nio.charset.StandardCharsets.UTF_8))
                .setName(fields.requiredText("name", LONGEST_NAME))
                .setDescription(fields.requiredText("description", LONGEST_TEXT))
                .setVersion(fields.text("version", LONGEST_ID).orElse(""))
                .setChannel(reach.channel())
                .setReach(reach.mark())
                .setUrl(url.orElse(null))
                .setEndpoint(endpoint(way, fields))
                .setStreaming(streaming)
                .setPlainHttp(url.filter(address -> address.startsWith("http:")).isPresent())
                .setSkills(skills(fields, hints))
                .setCapacity(hints.capacity())
                .setRegion(hints.region().orElse(null))
                .setCost(hints.cost())
                .setHeartbeatMs(hints.heartbeatMs())
                .setProbeMs(hints.probe().intervalMs())
                .setProbePath(hints.probe().path())
                .setProbeText(hints.probe().contains())
                .build();
    }

    /** Null where all is as usual: most agents, and 100,000 of them are kept in memory. */
    private static @Nullable AgentEndpoint endpoint(Optional<CardInterfaces.Chosen> way, Fields card) {
        List<String> known = extensions(card, Wanted.KNOWN);
        boolean usual = way.map(chosen -> chosen.binding() == ProtocolBinding.JSON_RPC
                        && chosen.version().equals("1.0")
                        && chosen.tenant().isEmpty())
                .orElse(true);
        if (usual && known.isEmpty()) {
            return null;
        }
        return AgentEndpoint.newBuilder()
                .setBinding(way.map(CardInterfaces.Chosen::binding)
                        .orElse(ProtocolBinding.JSON_RPC)
                        .wireName())
                .setProtocolVersion(way.map(CardInterfaces.Chosen::version).orElse("1.0"))
                .setInterfaceTenant(way.flatMap(CardInterfaces.Chosen::tenant).orElse(null))
                .setExtensions(known)
                .setRequiredExtensions(extensions(card, Wanted.REQUIRED))
                .build();
    }

    private enum Wanted {
        KNOWN,
        REQUIRED
    }

    /** The card's own extensions; the fabric's are understood by the fabric, whoever knows them. */
    private static List<String> extensions(Fields card, Wanted wanted) {
        List<String> uris = new ArrayList<>();
        for (ObjectNode node : card.object("capabilities")
                .map(capabilities -> new Fields(capabilities, "card.capabilities", Refusal.INVALID_REQUEST)
                        .objects("extensions", MOST_EXTENSIONS))
                .orElse(List.of())) {
            Fields extension = new Fields(node, "card.capabilities.extensions", Refusal.INVALID_REQUEST);
            String uri = extension.requiredText("uri", LONGEST_URL);
            if (!uri.equals(PublishedCards.RESUME_EXTENSION)
                    && !uri.equals(DelegationExtension.URI)
                    && (wanted == Wanted.KNOWN || extension.flag("required"))) {
                uris.add(uri);
            }
        }
        return uris;
    }

    private static List<SkillRecord> skills(Fields card, AgentHints hints) {
        List<SkillRecord> skills = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        List<ObjectNode> given = card.objects("skills", MOST_SKILLS);
        for (int i = 0; i < given.size(); i++) {
            Fields skill = new Fields(given.get(i), "card.skills[" + i + "]", Refusal.INVALID_REQUEST);
            SkillRecord record = skill(skill, hints);
            if (!ids.add(record.getId())) {
                throw skill.wrong(
                        "id", "is '" + Printable.of(record.getId()) + "' for the second time", "each id once");
            }
            skills.add(record);
        }
        if (skills.isEmpty()) {
            skills.add(untagged(card));
        }
        return skills;
    }

    private static SkillRecord skill(Fields skill, AgentHints hints) {
        String id = skill.id("id", LONGEST_ID).orElseThrow(() -> skill.wrong("id", "is missing", "the skill's id"));
        LookAlikes.fault(id).ifPresent(fault -> {
            throw skill.wrong(
                    "id",
                    "'" + Printable.of(id) + "' " + fault,
                    "letters of one script, so that it cannot be taken for another id");
        });
        return SkillRecord.newBuilder()
                .setId(id)
                .setName(skill.requiredText("name", LONGEST_NAME))
                .setDescription(skill.text("description", LONGEST_TEXT).orElse(""))
                .setTags(skill.texts("tags", MOST_TAGS, LONGEST_ID))
                .setExamples(skill.texts("examples", MOST_EXAMPLES, LONGEST_TEXT))
                .setIdempotent(hints.idempotentSkills().contains(id))
                .build();
    }

    /** Old cards come with no skills at all: the agent is then found by what it says of itself. */
    private static SkillRecord untagged(Fields card) {
        return SkillRecord.newBuilder()
                .setId("untagged")
                .setName(card.requiredText("name", LONGEST_NAME))
                .setDescription(card.requiredText("description", LONGEST_TEXT))
                .setTags(List.of())
                .setExamples(List.of())
                .setIdempotent(false)
                .build();
    }
}
