package org.dmsc.bridge.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.bridge.core.a2a.A2aJson;
import org.dmsc.schemas.Reach;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.CardSource;
import org.dmsc.tenant.directory.Match;

/** Agents as the API shows them. */
final class AgentJson {

    private AgentJson() {}

    /** Where its own tenant's agents reach it. */
    static String url(AgentSnapshot agent, String baseUrl) {
        return baseUrl + "/agents/" + agent.getAgent();
    }

    /** Where agents of that tenant reach it: another tenant's is called by its full name. */
    static String url(AgentSnapshot agent, String baseUrl, TenantId viewer) {
        return agent.getTenant().equals(viewer.value())
                ? url(agent, baseUrl)
                : baseUrl + "/agents/" + agent.getTenant() + "%2F" + agent.getAgent();
    }

    static ObjectNode of(AgentSnapshot agent, String url) {
        AgentRegistration registration = agent.getRegistration();
        ObjectNode json = A2aJson.object();
        json.put("agent", agent.getTenant() + "/" + agent.getAgent());
        json.put("name", registration.getName());
        json.put("description", registration.getDescription());
        json.put("channel", Reach.of(registration).name());
        json.put("url", url);
        json.put("health", agent.getHealth().name());
        json.put("healthReason", agent.getHealthReason());
        ObjectNode load = json.putObject("load");
        load.put("inFlight", agent.getInFlight());
        load.put("capacity", registration.getCapacity());
        load.put("queueDepth", agent.getQueueDepth());
        load.put("cpu", agent.getCpu());
        load.put("latencyMs", agent.getLatencyMs());
        load.put("errorRate", agent.getErrorRate());
        json.put("lastSeenAt", agent.getLastSeenAt());
        ArrayNode skills = json.putArray("skills");
        registration.getSkills().forEach(record -> {
            ObjectNode skill = skills.addObject();
            skill.put("id", record.getId());
            skill.put("name", record.getName());
            skill.put("description", record.getDescription());
            ArrayNode tags = skill.putArray("tags");
            record.getTags().forEach(tags::add);
            skill.put("breaker", agent.getBreakers().getOrDefault(record.getId(), "CLOSED"));
        });
        return json;
    }

    /** With where its card came from and who signed it: for its own tenant. */
    static ObjectNode withEvidence(AgentSnapshot agent, String url) {
        ObjectNode json = of(agent, url);
        AgentRegistration registration = agent.getRegistration();
        if (registration.getSource() != null) {
            ObjectNode card = json.putObject("card");
            evidence(card, registration.getSource());
            ArrayNode former = card.putArray("former");
            registration.getFormerCards().forEach(one -> {
                ObjectNode entry = former.addObject();
                evidence(entry, one.getSource());
                entry.put("until", one.getUntil());
                if (!one.getCardJson().isEmpty()) {
                    entry.put("card", one.getCardJson());
                }
            });
        }
        return json;
    }

    private static void evidence(ObjectNode json, CardSource source) {
        json.put("url", source.getUrl());
        json.put("sha256", source.getSha256());
        json.put("signer", source.getSigner());
        json.put("since", source.getSince());
        if (!source.getReleasedBy().isEmpty()) {
            json.put("releasedBy", source.getReleasedBy());
        }
    }

    static ObjectNode of(AgentSnapshot agent, Match match, String url) {
        ObjectNode json = of(agent, url);
        json.put("skill", match.skill());
        json.put("score", match.score());
        ArrayNode why = json.putArray("why");
        match.why().forEach(why::add);
        return json;
    }
}
