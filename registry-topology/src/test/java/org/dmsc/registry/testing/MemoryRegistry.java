package org.dmsc.registry.testing;

import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.dmsc.schemas.registry.SchemaRegistry;

/** Schema ids by order of first appearance. */
public final class MemoryRegistry implements SchemaRegistry {

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
        return schemas.get(id - 1);
    }

    @Override
    public void close() {}
}
