package org.dmsc.tenant.testing;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.registry.SchemaRegistry;

/** A schema registry in memory. */
public final class MemorySchemas implements SchemaRegistry {

    private final List<Schema> schemas = new ArrayList<>();

    @Override
    public synchronized int register(String subject, Schema schema) {
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return schemas.indexOf(schema) + 1;
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new RefusedException(Refusal.UNREADABLE, "no schema " + id);
        }
        return schemas.get(id - 1);
    }

    @Override
    public void close() {}
}
