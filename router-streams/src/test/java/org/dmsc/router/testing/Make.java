package org.dmsc.router.testing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dmsc.router.decide.Candidate;
import org.dmsc.router.decide.Permission;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.AttemptRecord;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.avro.TenantLimits;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.schemas.avro.TenantState;
import org.dmsc.tenant.rules.Verdict.Denied;

/** Records with sensible fields. */
public final class Make {

    public static final long NOW = 1_700_000_000_000L;

    private Make() {}

    public static SkillRecord skill(String id, String... tags) {
        return SkillRecord.newBuilder()
                .setId(id)
                .setName(id)
                .setDescription("does " + id)
                .setTags(List.of(tags))
                .build();
    }

    public static SkillRecord described(String id, String description) {
        return SkillRecord.newBuilder(skill(id)).setDescription(description).build();
    }

    public static AgentSnapshot.Builder agent(String tenant, String agent, SkillRecord... skills) {
        return AgentSnapshot.newBuilder()
                .setTenant(tenant)
                .setAgent(agent)
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName(agent)
                        .setDescription("agent " + agent)
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setUrl("https://localhost/" + agent)
                        .setSkills(List.of(skills))
                        .setCapacity(4)
                        .build())
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(NOW)
                .setLastSeenAt(NOW)
                .setUpdatedAt(NOW);
    }

    public static TaskSubmission.Builder submission(String tenant, String taskId) {
        return TaskSubmission.newBuilder()
                .setTaskId(taskId)
                .setContextId("context")
                .setMessageId("message-" + taskId)
                .setCallerTenant(tenant)
                .setCallerAgent("caller")
                .setProtocol("a2a-http")
                .setGateway("gw-1")
                .setCreatedAt(NOW)
                .setDeadline(NOW + 300_000)
                .setAttemptTimeoutMs(60_000)
                .setMaxAttempts(4)
                .setRootTaskId(taskId)
                .setPayloadHmac("ph")
                .setIntentHmac("ih");
    }

    public static Candidate candidate(AgentSnapshot snapshot, double relevance) {
        return candidate(snapshot, relevance, snapshot.getInFlight());
    }

    public static Candidate candidate(AgentSnapshot snapshot, double relevance, int inFlight) {
        Optional<SkillRecord> skill =
                snapshot.getRegistration().getSkills().stream().findFirst();
        return new Candidate(snapshot, skill, relevance, List.of("because"), Permission.FREE, inFlight);
    }

    public static AttemptRecord attempt(int number, String tenant, String agent, AttemptOutcome outcome) {
        return AttemptRecord.newBuilder()
                .setAttempt(number)
                .setTenant(tenant)
                .setAgent(agent)
                .setOpenedAt(NOW)
                .setClosedAt(NOW)
                .setOutcome(outcome)
                .build();
    }

    public static TenantRecord tenant(String id) {
        return TenantRecord.newBuilder()
                .setTenant(id)
                .setState(TenantState.ACTIVE)
                .setGeneration(1)
                .setCreatedAt(NOW)
                .setUpdatedAt(NOW)
                .setCaCertificates(List.of())
                .setTokenIssuer("https://" + id)
                .setTokenKeys("{}")
                .setRoutingKeyId(id + "/routing/1")
                .setPayloadKeyId(id + "/payload/1")
                .setLimits(TenantLimits.newBuilder().build())
                .build();
    }

    /** The candidate as one that a grant would be needed for, and there is none. */
    public static Permission noGrant() {
        return Permission.no(Denied.of(Refusal.CROSS_TENANT, "no grant"));
    }

    public static Map<String, String> open(String skill) {
        return Map.of(skill, "OPEN");
    }
}
