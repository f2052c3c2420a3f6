package org.dmsc.bridge.core.cards;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.schemas.avro.AgentChannel;
import org.dmsc.schemas.avro.AgentRegistration;
import org.junit.jupiter.api.Test;

class CardSourcesTest {

    private static AgentRegistration card(String json) {
        return AgentRegistration.newBuilder()
                .setCardJson(json)
                .setName("n")
                .setDescription("d")
                .setChannel(AgentChannel.A2A_HTTP)
                .setSkills(List.of())
                .build();
    }

    @Test
    void ofAPostedCardOnlyASignatureIsWorthKeeping() {
        assertThat(CardSources.posted(card("{}"), Optional.empty(), 1).getSource())
                .isNull();
        assertThat(CardSources.posted(card("{}"), Optional.of("key:k"), 1).getSource())
                .satisfies(source -> assertThat(source.getUrl()).isEmpty())
                .satisfies(source -> assertThat(source.getSigner()).isEqualTo("key:k"));
    }

    @Test
    void keepsTheLastFourCardsNewestFirst() {
        AgentRegistration now = CardSources.fetched(card("{\"v\":0}"), "https://a.example/c", Optional.of("key:k"), 0);
        for (int i = 1; i <= 6; i++) {
            now = CardSources.changed(now, card("{\"v\":" + i + "}"), Optional.empty(), i);
        }

        assertThat(now.getSource().getUrl()).isEqualTo("https://a.example/c");
        assertThat(now.getSource().getSha256()).isEqualTo(PublishedCards.sha256("{\"v\":6}"));
        assertThat(now.getFormerCards())
                .extracting(former -> former.getCardJson())
                .containsExactly("{\"v\":5}", "{\"v\":4}", "{\"v\":3}", "{\"v\":2}");
        assertThat(now.getFormerCards().get(0).getUntil()).isEqualTo(6);
    }

    @Test
    void ofALongCardItKeepsTheHashOnly() {
        String text = "x".repeat(65 * 1024);
        AgentRegistration now = CardSources.changed(
                CardSources.fetched(card(text), "https://a.example/c", Optional.empty(), 0),
                card("{}"),
                Optional.empty(),
                1);

        assertThat(now.getFormerCards()).singleElement().satisfies(former -> {
            assertThat(former.getCardJson()).isEmpty();
            assertThat(former.getSource().getSha256()).isEqualTo(PublishedCards.sha256(text));
        });
    }
}
