package org.dmsc.schemas;

/** An agent of a tenant; written {@code <tenant>/<agent>}, which is also its key on {@code dmsc.sys.registry}. */
public record AgentRef(TenantId tenant, AgentId agent) {

    /** Reads {@code <tenant>/<agent>}; refuses anything else. */
    public static AgentRef parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new RefusedException(
                    Refusal.INVALID_AGENT_ID, "agent: '" + Printable.of(text) + "' (expected <tenant>/<agent>)");
        }
        return new AgentRef(new TenantId(text.substring(0, slash)), new AgentId(text.substring(slash + 1)));
    }

    /** Of two plain names. */
    public static AgentRef of(String tenant, String agent) {
        return new AgentRef(new TenantId(tenant), new AgentId(agent));
    }

    @Override
    public String toString() {
        return tenant + "/" + agent;
    }
}
