package org.dmsc.schemas.registry;

import org.apache.avro.Schema;

/**
 * Where schema ids come from: embedded in a topic, or an outside Confluent-compatible registry by URL. Ids and schemas are immutable, so
 * implementations cache without time limits. Thread-safe.
 */
public interface SchemaRegistry extends AutoCloseable {

    /**
     * The id of this schema under this subject, registering it when new. May block on the network the first time for each schema.
     *
     * @throws org.dmsc.schemas.RefusedException UNAVAILABLE when the registry does not answer, INVALID_CONFIGURATION when it refuses the schema
     */
    int register(String subject, Schema schema);

    /** The schema that an id names; may block the first time for each id. Refused as UNREADABLE when there is none. */
    Schema byId(int id);

    @Override
    void close();
}
