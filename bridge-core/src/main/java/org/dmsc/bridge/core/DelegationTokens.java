package org.dmsc.bridge.core;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.tenant.keys.AuditHmac;

/**
 * Delegation tokens (design 14.2): a task is delivered with one, and a sub-task brings it back, so that depth, ancestors and deadline cannot
 * be lied about. {@code base64url(JSON).MAC}, the MAC under the holder's tenant's audit key: any gateway can check it, no agent can make it.
 */
public final class DelegationTokens {

    /** Longer ones are refused unread: eight hops of two full names each fit well. */
    private static final int MOST_CHARACTERS = 8192;

    private static final int VERSION = 1;

    private static final byte[] PURPOSE = "dmsc delegation token\0".getBytes(StandardCharsets.UTF_8);

    private final AuditHmac hmac;
    private final ObjectMapper json = new ObjectMapper();

    public DelegationTokens(AuditHmac hmac) {
        this.hmac = hmac;
    }

    /** The token that goes with a delivery. */
    public String issue(Delivery delivery) {
        AgentRef holder = AgentRef.of(delivery.getAssigneeTenant(), delivery.getAssigneeAgent());
        ObjectNode claims = json.createObjectNode();
        claims.put("v", VERSION);
        claims.put("to", holder.toString());
        claims.put("root", delivery.getRootTaskId());
        claims.put("parent", delivery.getTaskId());
        claims.put("hops", delivery.getHops() + 1);
        claims.put("deadline", delivery.getDeadline());
        claims.put("attempts", delivery.getMaxAttempts());
        claims.put("priority", delivery.getPriority());
        ArrayNode ancestors = claims.putArray("above");
        above(delivery).forEach(ancestors::add);
        ArrayNode tags = claims.putArray("tags");
        delivery.getDataTags().forEach(tags::add);
        byte[] body = bytes(claims);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(body) + "." + mac(holder, body);
    }

    /**
     * What a token says, if this fabric made it.
     *
     * @throws RefusedException INVALID_REQUEST for anything that is not such a token
     */
    public Lineage verify(String token) {
        int dot = token.indexOf('.');
        if (dot <= 0 || token.length() > MOST_CHARACTERS) {
            throw refused("it is not of the form <body>.<mac>");
        }
        try {
            byte[] body = Base64.getUrlDecoder().decode(token.substring(0, dot));
            JsonNode claims = json.readTree(body);
            AgentRef holder = AgentRef.parse(claims.path("to").asText());
            byte[] expected = mac(holder, body).getBytes(StandardCharsets.US_ASCII);
            byte[] given = token.substring(dot + 1).getBytes(StandardCharsets.US_ASCII);
            if (!MessageDigest.isEqual(expected, given) || claims.path("v").asInt() != VERSION) {
                throw refused("its MAC does not fit");
            }
            return lineage(holder, claims);
        } catch (IOException | IllegalArgumentException e) {
            throw refused("it cannot be read");
        } catch (RefusedException e) {
            throw e.refusal() == Refusal.INVALID_REQUEST ? e : refused("its MAC cannot be checked");
        }
    }

    /**
     * As {@link #verify(String)}, of a token that this agent shows. Whose it says it is is looked at first: a key of another tenant is not
     * asked for on the word of whoever shows it.
     *
     * @throws RefusedException INVALID_REQUEST; NOT_PERMITTED for a token that was given to another agent
     */
    public Lineage verify(String token, AgentRef caller) {
        if (!holder(token).equals(caller)) {
            throw new RefusedException(
                    Refusal.NOT_PERMITTED,
                    "delegation token: it was given to another agent (expected the one given to " + caller + ")");
        }
        return verify(token);
    }

    private AgentRef holder(String token) {
        int dot = token.indexOf('.');
        if (dot <= 0 || token.length() > MOST_CHARACTERS) {
            throw refused("it is not of the form <body>.<mac>");
        }
        try {
            return AgentRef.parse(json.readTree(Base64.getUrlDecoder().decode(token.substring(0, dot)))
                    .path("to")
                    .asText());
        } catch (IOException | IllegalArgumentException | RefusedException e) {
            throw refused("it cannot be read");
        }
    }

    private static Lineage lineage(AgentRef holder, JsonNode claims) {
        List<String> ancestors = new ArrayList<>();
        claims.path("above").forEach(ancestor -> ancestors.add(ancestor.asText()));
        Set<String> tags = new HashSet<>();
        claims.path("tags").forEach(tag -> tags.add(tag.asText()));
        return new Lineage(
                holder,
                claims.path("root").asText(),
                claims.path("parent").asText(),
                ancestors,
                claims.path("hops").asInt(),
                claims.path("deadline").asLong(),
                claims.path("attempts").asInt() > 0 ? claims.path("attempts").asInt() : Integer.MAX_VALUE,
                Priority.of(claims.path("priority").asInt()),
                tags);
    }

    /** The parent's ancestors and its caller: all of them are above a sub-task of the holder's. */
    private static List<String> above(Delivery delivery) {
        List<String> ancestors = new ArrayList<>(delivery.getAncestors());
        String caller = delivery.getCallerTenant() + "/" + delivery.getCallerAgent();
        if (!ancestors.contains(caller)) {
            ancestors.add(caller);
        }
        return ancestors;
    }

    private String mac(AgentRef holder, byte[] body) {
        byte[] input = new byte[PURPOSE.length + body.length];
        System.arraycopy(PURPOSE, 0, input, 0, PURPOSE.length);
        System.arraycopy(body, 0, input, PURPOSE.length, body.length);
        return hmac.of(holder.tenant(), input);
    }

    private byte[] bytes(ObjectNode claims) {
        try {
            return json.writeValueAsBytes(claims);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("an object of plain values must be writable", e);
        }
    }

    private static RefusedException refused(String why) {
        return new RefusedException(
                Refusal.INVALID_REQUEST,
                "delegation token: " + why + " (expected the one that came with the delivered task, unchanged)");
    }
}
