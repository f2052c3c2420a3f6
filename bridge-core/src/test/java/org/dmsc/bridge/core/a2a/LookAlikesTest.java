package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.AgentChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LookAlikesTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"refund", "refund-2.eu_west", "Übersetzung", "перевод", "翻訳する", "번역", "ترجمة", "tâche créée"})
    void takesIdsOfOneScript(String id) {
        assertThat(LookAlikes.fault(id)).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "r\u0435fund",
                "\u0441\u043e\u0440\u0443",
                "\u03bf\u03bd\u03b1",
                "re\u200bfund",
                "re\u202efund",
                "\uff52efund",
                "re\u00a0fund",
                "\ufb01le",
                "re\u00adfund"
            })
    @DisplayName("homoglyph and invisible skill ids are refused")
    void refusesIdsThatLookLikeOthers(String id) {
        assertThat(LookAlikes.fault(id)).isPresent();
        assertThatThrownBy(() -> registration(1, id))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("card.skills[0].id");
    }

    @Test
    @DisplayName("a card with 10,000 skills is refused")
    void refusesACardWithTenThousandSkills() {
        assertThatThrownBy(() -> registration(10_000, "s"))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("card.skills");
    }

    private static void registration(int skills, String id) {
        ObjectNode card = A2aJson.object();
        card.put("name", "n");
        card.put("description", "d");
        ArrayNode all = card.putArray("skills");
        for (int i = 0; i < skills; i++) {
            all.addObject().put("id", i == 0 ? id : id + i).put("name", "S");
        }
        Cards.registration(card, AgentChannel.MQTT5, AgentHints.none());
    }
}
