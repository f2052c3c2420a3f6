package org.dmsc.bench.decide;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;

/**
 * Agents with cards as people write them, made from a number. Each tenant uses a part of the skills, at least ten, some of them far more than
 * others; every second agent has two skills. A card holds about a kilobyte of JSON.
 *
 * @param agents how many
 * @param skills how many different ones
 * @param tenants how many
 */
public record Population(int agents, int skills, int tenants) {

    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final int FEWEST_SKILLS = 10;
    private static final int TENANT_SKILLS = 50;
    private static final int CAPACITY = 8;
    private static final long TIME = 1_700_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final List<String> VERBS = List.of(
            "explain",
            "find",
            "book",
            "check",
            "plan",
            "translate",
            "summarise",
            "repair",
            "price",
            "forecast",
            "order",
            "cancel",
            "compare",
            "schedule",
            "diagnose",
            "verify",
            "draft",
            "review",
            "track",
            "refund");
    private static final List<String> THINGS = List.of(
            "invoice",
            "flight",
            "router",
            "contract",
            "parcel",
            "meeting",
            "salary",
            "recipe",
            "insurance",
            "battery",
            "mortgage",
            "warehouse",
            "prescription",
            "ticket",
            "timetable",
            "report",
            "dataset",
            "turbine",
            "vaccine",
            "permit",
            "loan",
            "engine",
            "lease",
            "payment",
            "forecast",
            "survey",
            "campaign",
            "archive",
            "sensor",
            "harvest",
            "container",
            "passport",
            "dividend",
            "antenna",
            "playlist",
            "garden",
            "furnace",
            "bridge",
            "catalogue",
            "exhibit",
            "satellite",
            "pipeline",
            "reservoir",
            "tariff",
            "voucher",
            "warranty",
            "transcript",
            "itinerary",
            "blueprint",
            "telescope");
    private static final List<String> QUALITIES = List.of(
            "quickly",
            "for small companies",
            "in several languages",
            "with sources",
            "by phone",
            "for hospitals",
            "under European law",
            "at night",
            "with photographs",
            "for students",
            "step by step",
            "by region",
            "including taxes",
            "without paperwork",
            "for travellers",
            "with alternatives",
            "from old records",
            "in plain words",
            "for machines of all makes",
            "on short notice");

    public Population {
        if (agents < 1 || skills < 1 || tenants < 1) {
            throw new IllegalArgumentException("agents " + agents + ", skills " + skills + ", tenants " + tenants
                    + " (expected at least 1 of each)");
        }
    }

    /** Id of a tenant. */
    public String tenant(int number) {
        return "tenant-" + number;
    }

    /** Tenant of an agent. */
    int tenantOf(int agent) {
        return agent % tenants;
    }

    /** A skill that the tenant uses; small numbers are the frequent ones. */
    int skillOf(int tenant, SplittableRandom random) {
        int used = Math.min(skills, Math.max(FEWEST_SKILLS, TENANT_SKILLS));
        double uniform = random.nextDouble();
        // Squared: the most frequent of fifty has a seventh of the agents, the rarest a hundredth.
        int rank = (int) (uniform * uniform * used);
        return (tenant * 37 + rank) % skills;
    }

    static String skillId(int skill) {
        return VERBS.get(skill % VERBS.size()) + "-" + thing(skill) + (skill < 1_000 ? "" : "-" + skill / 1_000);
    }

    private static String thing(int skill) {
        return THINGS.get(skill / VERBS.size() % THINGS.size());
    }

    /** What somebody would say who needs it. */
    static String request(int skill, SplittableRandom random) {
        return "Could you " + VERBS.get(skill % VERBS.size()) + " my " + thing(skill) + " "
                + QUALITIES.get(random.nextInt(QUALITIES.size())) + ", please?";
    }

    /** All agents, one after another. */
    Stream<AgentSnapshot> all() {
        return java.util.stream.IntStream.range(0, agents).mapToObj(this::agent);
    }

    /** One agent with its card and some load. */
    AgentSnapshot agent(int number) {
        SplittableRandom random = new SplittableRandom(number * SEED + 1);
        int tenant = tenantOf(number);
        List<SkillRecord> offered = new ArrayList<>();
        int first = skillOf(tenant, random);
        offered.add(skill(first));
        int second = skillOf(tenant, random);
        if (number % 2 == 1 && second != first) {
            offered.add(skill(second));
        }
        String name = "agent-" + number;
        return AgentSnapshot.newBuilder()
                .setTenant(tenant(tenant))
                .setAgent(name)
                .setRevision(3)
                .setRegistration(registration(name, tenant(tenant), offered, random))
                .setHealth(random.nextInt(50) == 0 ? AgentHealth.DOWN : AgentHealth.UP)
                .setRegisteredAt(TIME)
                .setLastSeenAt(TIME)
                .setCpu(random.nextInt(100) / 100.0)
                .setLatencyMs(200 + random.nextInt(800))
                .setUpdatedAt(TIME)
                .build();
    }

    private static SkillRecord skill(int number) {
        SplittableRandom random = new SplittableRandom(number);
        String verb = VERBS.get(number % VERBS.size());
        String thing = thing(number);
        String other = THINGS.get(random.nextInt(THINGS.size()));
        String how = QUALITIES.get(random.nextInt(QUALITIES.size()));
        return new SkillRecord(
                skillId(number),
                verb + " " + thing,
                "Can " + verb + " any " + thing + " " + how + ", and says what to do next when a " + other
                        + " comes with it.",
                List.of(thing, verb, other),
                List.of("Please " + verb + " the " + thing + " of last week " + how),
                number % 3 == 0);
    }

    private static AgentRegistration registration(
            String name, String tenant, List<SkillRecord> offered, SplittableRandom random) {
        String title = "Agent for " + offered.get(0).getName() + " " + name;
        String description = "Works for " + tenant + " " + QUALITIES.get(random.nextInt(QUALITIES.size())) + " and "
                + QUALITIES.get(random.nextInt(QUALITIES.size())) + ".";
        String url = "https://" + name + "." + tenant + ".example/a2a";
        return AgentRegistration.newBuilder()
                .setCardJson(card(title, description, url, offered))
                .setName(title)
                .setDescription(description)
                .setVersion("1." + random.nextInt(5) + ".0")
                .setChannel(AgentChannel.A2A_HTTP)
                .setUrl(url)
                .setStreaming(true)
                .setSkills(offered)
                .setCapacity(CAPACITY)
                .setRegion("region-" + random.nextInt(4))
                .setCost(1 + random.nextInt(3))
                .build();
    }

    private static String card(String name, String description, String url, List<SkillRecord> offered) {
        ObjectNode card = JSON.createObjectNode().put("name", name).put("description", description);
        card.putArray("supportedInterfaces")
                .addObject()
                .put("url", url)
                .put("protocolBinding", "JSONRPC")
                .put("protocolVersion", "1.0");
        card.putObject("provider").put("organization", "Example").put("url", "https://example.com");
        card.put("version", "1.0.0");
        card.putObject("capabilities").put("streaming", true).put("pushNotifications", false);
        card.putArray("defaultInputModes").add("text/plain").add("application/json");
        card.putArray("defaultOutputModes").add("text/plain");
        ArrayNode skills = card.putArray("skills");
        for (SkillRecord skill : offered) {
            ObjectNode node = skills.addObject()
                    .put("id", skill.getId())
                    .put("name", skill.getName())
                    .put("description", skill.getDescription());
            skill.getTags().forEach(node.putArray("tags")::add);
            skill.getExamples().forEach(node.putArray("examples")::add);
        }
        return card.toString();
    }
}
