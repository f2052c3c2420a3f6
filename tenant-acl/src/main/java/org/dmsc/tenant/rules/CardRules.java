package org.dmsc.tenant.rules;

import org.dmsc.tenant.cards.CardKeys;

/**
 * What a tenant asks of its agents' cards.
 *
 * @param signers who may sign them
 * @param keys that may, too; never those that a card itself names
 */
public record CardRules(Demand demand, Signers signers, CardKeys keys) {

    /** No rule: an agent may sign its card, with its own certificate. */
    public static final CardRules NONE = new CardRules(Demand.NONE, Signers.AGENT_OR_KEYS, CardKeys.NONE);

    /** Whether a card must be signed. */
    public enum Demand {
        NONE,
        SIGNATURE
    }

    /** Whose signature counts. */
    public enum Signers {
        /** Those of the agent's own certificate, and of the keys. */
        AGENT_OR_KEYS,
        /** Of the keys only: whoever takes an agent over cannot rewrite what it says of itself. */
        KEYS
    }
}
