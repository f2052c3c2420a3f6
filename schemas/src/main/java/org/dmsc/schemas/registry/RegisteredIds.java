package org.dmsc.schemas.registry;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;
import org.apache.avro.Schema;

/**
 * What this process has registered so far. Schemas are compared by identity: {@link Schema#equals} ignores documentation, which is a part of
 * what is registered, and comparing deeply on each record would cost more than writing it.
 */
final class RegisteredIds {

    /** Far above what a process has; a caller that parses a schema anew for each record must not fill the heap. */
    private static final int MOST = 10_000;

    private final Map<Key, Integer> ids = new ConcurrentHashMap<>();

    int get(String subject, Schema schema, ToIntFunction<String> register) {
        Key key = new Key(subject, schema);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        int id = register.applyAsInt(schema.toString());
        if (ids.size() >= MOST) {
            ids.clear();
        }
        ids.put(key, id);
        return id;
    }

    private static final class Key {

        private final String subject;
        private final Schema schema;

        Key(String subject, Schema schema) {
            this.subject = subject;
            this.schema = schema;
        }

        @Override
        @SuppressWarnings("ReferenceEquality")
        public boolean equals(Object other) {
            return other instanceof Key key && key.schema == schema && key.subject.equals(subject);
        }

        @Override
        public int hashCode() {
            return 31 * subject.hashCode() + System.identityHashCode(schema);
        }
    }
}
