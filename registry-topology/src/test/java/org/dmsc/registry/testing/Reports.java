package org.dmsc.registry.testing;

import java.util.List;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AgentReportKind;
import org.dmsc.schemas.avro.AttemptOutcome;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.schemas.avro.SkillRecord;

/** Reports about the agent {@code acme/clerk}. */
public final class Reports {

    public static final long NOW = 1_700_000_000_000L;
    public static final Presence HERE = new Presence("gw-1", 1L, 2);

    private Reports() {}

    public static AgentReport.Builder report(AgentReportKind kind) {
        return AgentReport.newBuilder()
                .setReportId("r")
                .setTenant("acme")
                .setAgent("clerk")
                .setKind(kind)
                .setTime(NOW);
    }

    public static AgentRegistration.Builder registration(AgentChannel channel) {
        return AgentRegistration.newBuilder()
                .setCardJson("{\"name\":\"zebra card\"}")
                .setName("clerk")
                .setDescription("checks zebra invoices")
                .setChannel(channel)
                .setSkills(List.of(SkillRecord.newBuilder()
                        .setId("billing")
                        .setName("billing")
                        .setDescription("bills")
                        .setTags(List.of("money"))
                        .build()));
    }

    public static AgentReport registered(AgentChannel channel) {
        return report(AgentReportKind.REGISTERED)
                .setRegistration(registration(channel).build())
                .build();
    }

    public static AgentReport registeredWithHeartbeat(long heartbeatMs) {
        return report(AgentReportKind.REGISTERED)
                .setRegistration(registration(AgentChannel.A2A_HTTP)
                        .setHeartbeatMs(heartbeatMs)
                        .build())
                .build();
    }

    public static AgentReport present(Presence presence) {
        return report(AgentReportKind.PRESENT).setPresence(presence).build();
    }

    public static AgentReport absent(Presence presence) {
        return report(AgentReportKind.ABSENT)
                .setPresence(presence)
                .setReason("last will")
                .build();
    }

    public static AgentReport heartbeat(double cpu, int queue) {
        return report(AgentReportKind.HEARTBEAT)
                .setLoad(new AgentLoad(cpu, queue))
                .build();
    }

    public static AgentReport assigned(String task) {
        return report(AgentReportKind.ASSIGNED)
                .setTaskId(task)
                .setAttempt(1)
                .setSkill("billing")
                .build();
    }

    public static AgentReport outcome(String task, AttemptOutcome outcome, long latencyMs) {
        return report(AgentReportKind.OUTCOME)
                .setTaskId(task)
                .setAttempt(1)
                .setSkill("billing")
                .setOutcome(outcome)
                .setLatencyMs(latencyMs)
                .build();
    }
}
