package org.dmsc.tenant.document;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.cards.CardKeys;
import org.dmsc.tenant.document.Section.Toggle;
import org.dmsc.tenant.rules.CardRules;
import org.dmsc.tenant.rules.CardRules.Demand;
import org.dmsc.tenant.rules.CardRules.Signers;

/** Reads {@code cards}. */
final class CardReader {

    private CardReader() {}

    static CardRules read(Section cards) {
        Demand demand = cards.toggle("require-signature") == Toggle.ON ? Demand.SIGNATURE : Demand.NONE;
        Signers signers = cards.toggle("keys-only") == Toggle.ON ? Signers.KEYS : Signers.AGENT_OR_KEYS;
        Optional<CardKeys> keys = keys(cards);
        if (signers == Signers.KEYS && !cards.has("keys")) {
            cards.fault("keys-only", "true without keys (expected the keys that may sign, or false)");
        }
        cards.finish();
        return new CardRules(demand, signers, keys.orElse(CardKeys.NONE));
    }

    private static Optional<CardKeys> keys(Section cards) {
        List<String> jwks = new ArrayList<>();
        for (Section item : cards.sections("keys")) {
            // A JWK Set as it is published may stand here as it is.
            if (item.has("keys")) {
                item.sections("keys").forEach(key -> jwks.add(key.json()));
            } else {
                jwks.add(item.json());
            }
        }
        try {
            return Optional.of(CardKeys.of(jwks));
        } catch (RefusedException e) {
            cards.fault("keys", e.sentence().replaceFirst("^keys: ", ""));
            return Optional.empty();
        }
    }
}
