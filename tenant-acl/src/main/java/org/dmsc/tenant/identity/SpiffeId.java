package org.dmsc.tenant.identity;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;

/**
 * A SPIFFE id, read strictly: path validators accept ports and upper-case hosts, so this parser must not (security.md 2.1). No '_' in the
 * trust domain, though SPIFFE allows it, because the JDK's validator fails on it.
 *
 * @param trustDomain a lower-case DNS name
 * @param path begins with '/', is never the root
 */
public record SpiffeId(String trustDomain, String path) {

    /** Kinds of node identities: the first segment of a path in the platform's trust domain. */
    public static final Set<String> NODE_KINDS =
            Set.of("gateway", "router", "registry", "audit", "admin", "broker", "witness", "keys", "node", "operator");

    private static final String SCHEME = "spiffe://";
    private static final int MOST_BYTES = 2048;
    private static final int MOST_TRUST_DOMAIN = 255;
    private static final String LABEL = "[a-z0-9]([a-z0-9-]*[a-z0-9])?";
    private static final Pattern TRUST_DOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    private static final Pattern PATH = Pattern.compile("(/(?!\\.{1,2}(/|$))[A-Za-z0-9._-]+)+");
    private static final Pattern AGENT_PATH = Pattern.compile("/agent/([^/]+)(/i/[^/]+)?");
    private static final Pattern NODE_PATH = Pattern.compile("/([^/]+)/[^/]+");

    public SpiffeId {
        if (trustDomain.length() > MOST_TRUST_DOMAIN
                || SCHEME.length() + trustDomain.length() + path.length() > MOST_BYTES) {
            throw refused(SCHEME + trustDomain + path, "at most " + MOST_BYTES + " bytes");
        }
        if (!TRUST_DOMAIN.matcher(trustDomain).matches()) {
            throw refused(SCHEME + trustDomain + path, "a lower-case DNS name without port or user as trust domain");
        }
        if (!PATH.matcher(path).matches()) {
            throw refused(SCHEME + trustDomain + path, "a path of segments of A-Z, a-z, 0-9, '.', '_' and '-'");
        }
    }

    /**
     * Reads {@code spiffe://<trust domain>/<path>}.
     *
     * @throws RefusedException UNAUTHENTICATED for anything that is not exactly that
     */
    public static SpiffeId parse(String text) {
        if (text.length() > MOST_BYTES) {
            throw refused(text, "at most " + MOST_BYTES + " bytes");
        }
        int slash = text.startsWith(SCHEME) ? text.indexOf('/', SCHEME.length()) : -1;
        if (slash < 0) {
            throw refused(text, "spiffe://<trust domain>/<path>");
        }
        return new SpiffeId(text.substring(SCHEME.length(), slash), text.substring(slash));
    }

    /** The id of an agent: {@code spiffe://<tenant>.<domain>/agent/<agent>}. */
    public static SpiffeId agent(FabricDomain domain, AgentRef agent) {
        return new SpiffeId(
                domain.host(agent.tenant()), "/agent/" + agent.agent().value());
    }

    /** The same as a URI. An agent's names are of fewer characters than an id allows, so nothing is left to check. */
    public static String agentUri(FabricDomain domain, AgentRef agent) {
        return SCHEME + domain.host(agent.tenant()) + "/agent/" + agent.agent().value();
    }

    /** The id of a node or operator: {@code spiffe://platform.<domain>/<kind>/<id>}. */
    public static SpiffeId node(FabricDomain domain, String kind, String id) {
        if (!NODE_KINDS.contains(kind)) {
            throw refused(kind, "a kind of node: one of " + NODE_KINDS);
        }
        return new SpiffeId(domain.platformHost(), "/" + kind + "/" + id);
    }

    /**
     * The id of a tenant's own Kafka client: {@code spiffe://<tenant>.<domain>/kafka/<name>}. It is no agent, so that no edge lets it in.
     */
    public static SpiffeId kafkaReader(FabricDomain domain, TenantId tenant, String name) {
        return new SpiffeId(domain.host(tenant), "/kafka/" + name);
    }

    /** The id as a URI. */
    public String uri() {
        return SCHEME + trustDomain + path;
    }

    /** The agent that this id names in the given fabric, whatever its instance ({@code /agent/<id>[/i/<instance>]}); empty for others. */
    public Optional<AgentRef> agentRef(FabricDomain domain) {
        Matcher matcher = AGENT_PATH.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            AgentId agent = new AgentId(matcher.group(1));
            return domain.tenantOfHost(trustDomain).map(tenant -> new AgentRef(tenant, agent));
        } catch (RefusedException e) {
            return Optional.empty();
        }
    }

    /** The kind of node, one of {@link #NODE_KINDS}; empty when this is no id of a node of the given fabric. */
    public Optional<String> nodeKind(FabricDomain domain) {
        Matcher matcher = NODE_PATH.matcher(path);
        if (!trustDomain.equals(domain.platformHost()) || !matcher.matches()) {
            return Optional.empty();
        }
        return Optional.of(matcher.group(1)).filter(NODE_KINDS::contains);
    }

    @Override
    public String toString() {
        return uri();
    }

    private static RefusedException refused(String text, String expected) {
        return new RefusedException(
                Refusal.UNAUTHENTICATED, "SPIFFE id: '" + Printable.of(text) + "' (expected " + expected + ")");
    }
}
