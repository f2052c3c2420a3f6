package org.dmsc.bridge.core.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.dmsc.bridge.core.AgentReports;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentHealth;
import org.dmsc.schemas.avro.AgentLoad;
import org.dmsc.schemas.avro.AgentRegistration;
import org.dmsc.schemas.avro.AgentSnapshot;
import org.dmsc.schemas.avro.Presence;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.fetch.FetchOrder;
import org.dmsc.tenant.fetch.Fetched;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProberTest {

    private static final AgentRef CLERK = AgentRef.of("acme", "clerk");

    private final BlockingQueue<FetchOrder> fetched = new LinkedBlockingQueue<>();
    private final BlockingQueue<Optional<String>> reported = new LinkedBlockingQueue<>();
    private final Known agents = new Known();
    private volatile CompletionStage<Fetched> answer = answer("all ok", CLERK);

    private static CompletionStage<Fetched> answer(String body, AgentRef by) {
        return CompletableFuture.completedFuture(new Fetched(
                body.getBytes(StandardCharsets.UTF_8), Optional.of(SpiffeId.agent(FabricDomain.DEFAULT, by))));
    }

    private Prober prober(Set<Integer> lanes) {
        Prober prober = new Prober(
                order -> {
                    fetched.add(order);
                    return answer;
                },
                new Reports(),
                new Prober.Place(agents, () -> lanes, 1, FabricDomain.DEFAULT),
                Clock.systemUTC());
        prober.start();
        return prober;
    }

    private Optional<String> news() throws InterruptedException {
        Optional<String> next = reported.poll(20, TimeUnit.SECONDS);
        assertThat(next).as("a report").isNotNull();
        return next;
    }

    private static AgentSnapshot snapshot(AgentHealth health) {
        return AgentSnapshot.newBuilder()
                .setTenant("acme")
                .setAgent("clerk")
                .setRevision(1)
                .setRegistration(AgentRegistration.newBuilder()
                        .setCardJson("{}")
                        .setName("clerk")
                        .setDescription("d")
                        .setChannel(AgentChannel.A2A_HTTP)
                        .setUrl("https://agents.example:8443/a2a")
                        .setSkills(List.of())
                        .setProbeMs(10)
                        .setProbePath("/healthz")
                        .setProbeText("ok")
                        .build())
                .setHealth(health)
                .setRegisteredAt(1)
                .setLastSeenAt(1)
                .setUpdatedAt(1)
                .build();
    }

    @Test
    void takesAnAgentOutAtTheFirstFailureAndBackAfterTwoAnswers() throws InterruptedException {
        try (Prober unused = prober(Set.of(0))) {
            agents.put(snapshot(AgentHealth.UP));
            FetchOrder order = fetched.take();
            assertThat(order.destination()).hasToString("https://agents.example:8443/healthz");
            assertThat(order.trust()).isEqualTo(FetchOrder.Trust.FABRIC);
            fetched.take();
            assertThat(reported)
                    .as("an agent that is up and answers is no news")
                    .isEmpty();

            answer = CompletableFuture.failedFuture(new RefusedException(Refusal.FETCH_FAILED, "refused there"));
            assertThat(news()).hasValueSatisfying(why -> assertThat(why).contains("refused there"));
            agents.put(snapshot(AgentHealth.DOWN));
            answer = answer("ok", CLERK);
            reported.clear();
            assertThat(news()).as("it is back").isEmpty();
        }
    }

    @Test
    void believesOnlyTheAgentItselfAndOnlyWhatItSaidItWouldSay() throws InterruptedException {
        try (Prober unused = prober(Set.of(0))) {
            answer = answer("ok", AgentRef.of("acme", "mallory"));
            agents.put(snapshot(AgentHealth.UP));
            assertThat(news()).hasValueSatisfying(why -> assertThat(why).contains("somebody else"));

            answer = answer("maintenance", CLERK);
            reported.clear();
            Optional<String> why = news();
            while (why.filter(text -> text.contains("does not hold")).isEmpty()) {
                why = news();
            }
        }
    }

    @Test
    void leavesAgentsOfOtherLanesToTheirGateways() throws InterruptedException {
        try (Prober unused = prober(Set.of())) {
            agents.put(snapshot(AgentHealth.UP));

            assertThat(fetched.poll(500, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    private static final class Known implements Agents {
        private final Map<AgentRef, AgentSnapshot> all = new ConcurrentHashMap<>();
        private BiConsumer<AgentRef, Optional<AgentSnapshot>> listener = (agent, snapshot) -> {};

        void put(AgentSnapshot snapshot) {
            all.put(CLERK, snapshot);
            listener.accept(CLERK, Optional.of(snapshot));
        }

        @Override
        public Optional<AgentSnapshot> find(AgentRef agent) {
            return Optional.ofNullable(all.get(agent));
        }

        @Override
        public List<AgentSnapshot> ofTenant(TenantId tenant) {
            return List.copyOf(all.values());
        }

        @Override
        public Collection<AgentSnapshot> all() {
            return all.values();
        }

        @Override
        public long offset() {
            return 0;
        }

        @Override
        public void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> added) {
            listener = added;
        }
    }

    private final class Reports implements AgentReports {
        private final CompletionStage<Void> done = CompletableFuture.completedFuture(null);

        @Override
        public CompletionStage<Void> probed(AgentRef agent, Optional<String> problem) {
            reported.add(problem);
            return done;
        }

        @Override
        public Optional<Presence> presenceOf(AgentRef agent) {
            return Optional.empty();
        }

        @Override
        public CompletionStage<Void> register(
                AgentRef agent, AgentRegistration registration, Optional<Presence> presence) {
            return done;
        }

        @Override
        public CompletionStage<Void> unregister(AgentRef agent) {
            return done;
        }

        @Override
        public CompletionStage<Void> replace(AgentRef agent, String known, Optional<AgentRegistration> by) {
            return done;
        }

        @Override
        public CompletionStage<Void> present(AgentRef agent) {
            return done;
        }

        @Override
        public CompletionStage<Void> absent(AgentRef agent, String reason) {
            return done;
        }

        @Override
        public CompletionStage<Void> heartbeat(AgentRef agent, AgentLoad load) {
            return done;
        }
    }
}
