package org.dmsc.bridge.mqtt.connector;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.dmsc.bridge.mqtt.broker.Device;
import org.dmsc.bridge.mqtt.broker.InboundPublish;
import org.dmsc.bridge.mqtt.broker.OutboundPublish;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

final class ConnectorPartsTest {

    private static final OutsideTopics TOPICS = new OutsideTopics(new TenantId("acme"), "site/", "plant", "line-1");

    private static InboundPublish publish(String topic, String responseTopic, Map<String, String> properties) {
        return new InboundPublish(
                topic,
                "{}".getBytes(StandardCharsets.UTF_8),
                1,
                false,
                Optional.of(responseTopic).filter(text -> !text.isEmpty()),
                Optional.of(new byte[] {1}),
                Optional.empty(),
                Optional.empty(),
                properties);
    }

    private static Inlet inlet(String... agents) {
        ConnectorSettings settings = new ConnectorSettings(
                "c",
                URI.create("ssl://localhost:8883"),
                Device.Version.MQTT5,
                "dmsc-c",
                TOPICS,
                new AgentNames(List.of(agents)),
                List.of(new AgentId("shown")),
                List.of(),
                new ConnectorSettings.Login(Optional.empty(), Optional.empty(), Optional.empty()),
                Duration.ofHours(1),
                50);
        return new Inlet(
                settings,
                delivery -> delivery.equals("d-1") ? Optional.of(AgentRef.of("acme", "out-1")) : Optional.empty());
    }

    @Test
    void namesTopicsThereAndHere() {
        for (String end : List.of("request/%s/gateway", "reply/%s/out-1/r-1", "request/%s/pool/p", "discovery/%s/x")) {
            String outside = "site/$a2a/v1/" + end.formatted("plant/line-1");
            String inside = "$a2a/v1/" + end.formatted("acme/main");

            assertThat(TOPICS.inside(outside).orElseThrow().text()).isEqualTo(inside);
            assertThat(TOPICS.outside(inside)).isEqualTo(outside);
        }
        assertThat(TOPICS.inside("site/dmsc/v1/plant/out-1/out").orElseThrow().text())
                .isEqualTo("dmsc/v1/acme/out-1/out");
        assertThat(TOPICS.outside("dmsc/v1/acme/out-1/in")).isEqualTo("site/dmsc/v1/plant/out-1/in");
    }

    @Test
    void readsNoTopicsButThoseOfItsOrganisationAndUnit() {
        for (String topic : List.of(
                "$a2a/v1/request/plant/line-1/gateway",
                "site/$a2a/v1/request/plant/line-2/gateway",
                "site/$a2a/v1/request/acme/main/gateway",
                "site/dmsc/v1/acme/out-1/out",
                "site/dmsc/v1/plant/out-1/out/more",
                "site/$SYS/x")) {
            assertThat(TOPICS.inside(topic)).as(topic).isEmpty();
        }
    }

    @Test
    void knowsTheSenderByTheTopicOnly() {
        Inlet inlet = inlet("out-*");

        Inlet.Sorted request = inlet.sort(publish(
                "site/$a2a/v1/request/plant/line-1/gateway", "site/$a2a/v1/reply/plant/line-1/out-2/r", Map.of()));
        Inlet.Sorted answer =
                inlet.sort(publish("site/$a2a/v1/reply/plant/line-1/gateway/d-1", "", Map.of("dmsc-identity", "x")));

        assertThat(((Inlet.Sorted.Ours) request).sender()).isEqualTo(AgentRef.of("acme", "out-2"));
        assertThat(((Inlet.Sorted.Ours) request).publish().responseTopic()).contains("$a2a/v1/reply/acme/main/out-2/r");
        assertThat(((Inlet.Sorted.Ours) answer).sender()).isEqualTo(AgentRef.of("acme", "out-1"));
        assertThat(((Inlet.Sorted.Ours) answer).publish().properties()).isEmpty();
    }

    @Test
    void takesNoWordForOthersAndNothingOfItsOwn() {
        Inlet inlet = inlet("*");

        assertThat(inlet.sort(publish(
                        "site/$a2a/v1/request/plant/line-1/gateway",
                        "site/$a2a/v1/reply/plant/line-1/shown/r",
                        Map.of())))
                .isInstanceOf(Inlet.Sorted.Foreign.class);
        assertThat(inlet.sort(publish(
                        "site/$a2a/v1/request/plant/line-1/gateway",
                        "site/$a2a/v1/reply/plant/line-1/gateway/r",
                        Map.of())))
                .isInstanceOf(Inlet.Sorted.Foreign.class);
        assertThat(inlet("out-1").sort(publish("site/$a2a/v1/event/plant/line-1/out-2", "", Map.of())))
                .isInstanceOf(Inlet.Sorted.Foreign.class);
        assertThat(inlet.sort(publish("site/$a2a/v1/discovery/plant/line-1/shown", "", Map.of())))
                .isInstanceOf(Inlet.Sorted.Ignored.class);
        assertThat(inlet.sort(publish("site/$a2a/v1/event/plant/line-1/x", "", Map.of(Inlet.VIA, "us"))))
                .isInstanceOf(Inlet.Sorted.Ignored.class);
    }

    @Test
    void suspectsOnceWhatWasTakenBeforeTheConnectionEnded() {
        Suspects suspects = new Suspects();
        String print = Suspects.print(publish("t", "r", Map.of("a", "b")));
        suspects.taken(print, CompletableFuture.completedFuture(null));
        assertThat(suspects.match(print)).as("on the same connection").isEmpty();

        suspects.connectionEnded();
        suspects.resumed(true);

        assertThat(suspects.match(print)).isPresent();
        assertThat(suspects.match(print)).as("the second is a new one").isEmpty();
    }

    @Test
    void suspectsNothingWithoutTheSessionAndNothingThatWasNotStored() {
        Suspects suspects = new Suspects();
        suspects.taken("not stored", CompletableFuture.failedFuture(new IllegalStateException("no Kafka")));
        suspects.taken("stored", CompletableFuture.completedFuture(null));
        suspects.connectionEnded();

        assertThat(suspects.match("not stored")).isEmpty();
        suspects.resumed(false);
        assertThat(suspects.match("stored")).isEmpty();
    }

    @Test
    void sendsAgainInOrderWhatWasOnTheWay() {
        Outgoing outgoing = new Outgoing();
        for (String topic : List.of("1", "2", "3")) {
            outgoing.add(Outgoing.Parcel.card(OutboundPublish.plain(topic, new byte[0])));
        }
        outgoing.opened(2);
        Outgoing.Parcel first = outgoing.next().orElseThrow();
        outgoing.next().orElseThrow();
        assertThat(outgoing.next()).as("the window is full").isEmpty();
        assertThat(outgoing.done(first)).isTrue();

        outgoing.lost();
        outgoing.opened(10);

        assertThat(outgoing.next().orElseThrow().publish().topic()).isEqualTo("2");
        assertThat(outgoing.next().orElseThrow().publish().topic()).isEqualTo("3");
        assertThat(outgoing.done(first)).isFalse();
        assertThat(outgoing.size()).isEqualTo(2);
    }

    @Test
    void waitsLongerWithEachFailureUpToABound() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), () -> 0.5);

        assertThat(backoff.after(1)).isEqualTo(Duration.ofSeconds(1));
        assertThat(backoff.after(3)).isEqualTo(Duration.ofSeconds(4));
        assertThat(backoff.after(1000)).isEqualTo(Duration.ofSeconds(60));
        assertThat(new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), () -> 1).after(1))
                .isEqualTo(Duration.ofMillis(1200));
    }
}
