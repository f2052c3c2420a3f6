package org.dmsc.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.HdrHistogram.Histogram;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.SkillRecord;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.Match;
import org.dmsc.tenant.directory.Query;
import org.dmsc.tenant.intent.Experience;
import org.dmsc.tenant.intent.IntentExample;
import org.dmsc.tenant.intent.IntentHasher;
import org.dmsc.tenant.intent.IntentModel;

/** Asks the router's own index and model, one agent for each capability, before and after the history. */
final class IntentBench {

    private static final TenantId TENANT = new TenantId("bench");
    private static final int FIVE = 5;

    private final IntentData data;
    private final CapabilityIndex index = new CapabilityIndex();
    private final IntentHasher hasher = new IntentHasher(new byte[IntentHasher.KEY_BYTES]);
    private final IntentModel model = new IntentModel();

    IntentBench(IntentData data) {
        this.data = data;
        int number = 0;
        for (Map.Entry<String, String> capability : data.capabilities().entrySet()) {
            AgentRef agent = AgentRef.of(TENANT.value(), "a" + number++);
            index.update(agent, Optional.of(snapshot(agent, capability.getKey(), capability.getValue())));
        }
    }

    Report run() {
        Report report = new Report("intent");
        Found cold = ask(index::search);
        long start = System.nanoTime();
        data.history()
                .forEach(done -> model.learn(
                        new IntentExample(hasher.features(done.intent()), hasher.skill(done.capability()))));
        double learnMicros = (System.nanoTime() - start) / 1e3 / data.history().size();
        Experience experience = new Experience(hasher, model);
        Function<Query, List<Match>> learnt = query -> index.search(query, experience);
        // Twice for the compiler; the third time counts.
        ask(learnt);
        ask(learnt);
        Found warm = ask(learnt);
        return report.figure("top1_cold", cold.first())
                .figure("top5_cold", cold.five())
                .figure("top1_warm", warm.first())
                .figure("top5_warm", warm.five())
                .figure("decide_us", warm.times().getValueAtPercentile(50) / 1e3)
                .figure("decide_us_mean", warm.times().getMean() / 1e3)
                .figure("decide_us_p99", warm.times().getValueAtPercentile(99) / 1e3)
                .figure("learn_us", learnMicros)
                .figure("history", data.history().size())
                .figure("asked", data.test().size())
                .figure("capabilities", data.capabilities().size())
                .figure("features", model.size());
    }

    /** Shares of 1, and the time of each decision (in nanoseconds). */
    private record Found(double first, double five, Histogram times) {}

    private Found ask(Function<Query, List<Match>> search) {
        Histogram times = new Histogram(3);
        int first = 0;
        int five = 0;
        for (IntentData.Request request : data.test()) {
            Query query = new Query(Set.of(TENANT), Optional.empty(), Set.of(), request.intent(), FIVE);
            long start = System.nanoTime();
            List<Match> matches = search.apply(query);
            times.recordValue(System.nanoTime() - start);
            List<String> found = matches.stream().map(Match::skill).toList();
            first += found.indexOf(request.capability()) == 0 ? 1 : 0;
            five += found.contains(request.capability()) ? 1 : 0;
        }
        double asked = data.test().size();
        return new Found(first / asked, five / asked, times);
    }

    private static AgentSnapshot snapshot(AgentRef agent, String name, String description) {
        SkillRecord skill = SkillRecord.newBuilder()
                .setId(name)
                .setName(name)
                .setTags(List.of())
                .setDescription(description)
                .build();
        AgentRegistration registration = AgentRegistration.newBuilder()
                .setCardJson("{}")
                .setName(agent.agent().value())
                .setDescription("")
                .setChannel(AgentChannel.A2A_HTTP)
                .setSkills(List.of(skill))
                .build();
        return AgentSnapshot.newBuilder()
                .setTenant(agent.tenant().value())
                .setAgent(agent.agent().value())
                .setRevision(1)
                .setRegistration(registration)
                .setHealth(AgentHealth.UP)
                .setRegisteredAt(0)
                .setLastSeenAt(0)
                .setUpdatedAt(0)
                .build();
    }
}
