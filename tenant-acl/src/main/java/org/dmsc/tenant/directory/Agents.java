package org.dmsc.tenant.directory;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentSnapshot;

/** The agents of this fabric as this process knows them: held in memory, fed by {@code dmsc.sys.registry}. Thread-safe, never blocks. */
public interface Agents {

    /** The newest snapshot of an agent; empty when it is not registered. */
    Optional<AgentSnapshot> find(AgentRef agent);

    /** The agents of one tenant, ordered by id. */
    List<AgentSnapshot> ofTenant(TenantId tenant);

    /** All agents, in no order. */
    Collection<AgentSnapshot> all();

    /** How much of {@code dmsc.sys.registry} has been read: the offset after the newest record seen. */
    long offset();

    /**
     * Calls back with each agent that is known now and with each change from now on (empty: unregistered), on the feeding thread: listeners
     * MUST NOT block.
     */
    void onChange(BiConsumer<AgentRef, Optional<AgentSnapshot>> listener);
}
