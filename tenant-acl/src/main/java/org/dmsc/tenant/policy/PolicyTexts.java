package org.dmsc.tenant.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.PolicyText;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TenantRecord;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/** Seals documents into tenants' records and opens them again. The routing key seals them: gateways and routers hold it. */
public final class PolicyTexts {

    /** Logical channel of documents: none of the tenant topics'. */
    static final String CHANNEL = "policy";

    /** In characters; a thousand grants take a tenth of it. */
    public static final int LONGEST = 512 * 1024;

    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static {
        JSON.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(16)
                        .maxNumberLength(32)
                        .maxStringLength(64 * 1024)
                        .build());
    }

    private final Envelopes envelopes;

    public PolicyTexts(Envelopes envelopes) {
        this.envelopes = envelopes;
    }

    /**
     * Seals a document for a record of that generation.
     *
     * @param actor SPIFFE id of who wrote it
     * @throws RefusedException TOO_LARGE
     */
    public SealedEnvelope seal(TenantId tenant, long generation, ObjectNode document, String actor, long time) {
        String json = document.toString();
        if (json.length() > LONGEST) {
            throw new RefusedException(
                    Refusal.TOO_LARGE,
                    "the document of tenant " + tenant + " has " + json.length() + " characters (expected at most "
                            + LONGEST + ")");
        }
        PolicyText text = new PolicyText(tenant.value(), generation, json);
        return envelopes.seal(text, tenant, CHANNEL, messageId(tenant, generation), Parties.from(actor), time);
    }

    /**
     * The document in a record; an empty one of a tenant that has none.
     *
     * @throws RefusedException UNREADABLE when it cannot be opened here, belongs elsewhere, or is of a later time than its record
     */
    public ObjectNode open(TenantRecord record) {
        TenantId tenant = new TenantId(record.getTenant());
        SealedEnvelope sealed = record.getPolicy();
        if (sealed == null) {
            return JSON.createObjectNode().put("tenant", tenant.value());
        }
        Envelopes.requirePlace(sealed, tenant, CHANNEL);
        PolicyText text = envelopes.routing(sealed, PolicyText.class);
        if (!text.getTenant().equals(tenant.value()) || text.getGeneration() > record.getGeneration()) {
            throw new RefusedException(
                    Refusal.UNREADABLE, "the policy in the record of tenant " + tenant + " is not that record's");
        }
        return parse(text.getJson());
    }

    private static ObjectNode parse(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (tree instanceof ObjectNode object) {
                return object;
            }
            throw new RefusedException(Refusal.UNREADABLE, "the policy is no JSON object");
        } catch (JsonProcessingException e) {
            throw new RefusedException(Refusal.UNREADABLE, "the policy is no JSON: " + e.getOriginalMessage());
        }
    }

    private static String messageId(TenantId tenant, long generation) {
        return tenant + "/policy/" + generation;
    }
}
