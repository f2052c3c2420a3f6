package org.dmsc.schemas.serde;

import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** The compiled-in schema of each generated record type. */
final class ReaderSchemas {

    private ReaderSchemas() {}

    static Schema of(Class<? extends SpecificRecord> type) {
        return SpecificData.get().getSchema(type);
    }
}
