package org.dmsc.node.fabric;

import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.dmsc.bridge.http.SchemaDesk;
import org.dmsc.schemas.registry.SubjectRegistry;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.kafka.KafkaClients;

/** The embedded schema registry for outsiders, with the gateway's rights in Kafka. */
final class Schemas {

    private Schemas() {}

    static SchemaDesk desk(Foundation foundation, Closing closing) {
        KafkaClients kafka = foundation.kafka().as(KafkaRole.GATEWAY);
        return closing.add(
                "schemas",
                new SchemaDesk(new SubjectRegistry(
                        () -> kafka.producer("schemas", new StringSerializer()),
                        () -> kafka.reader("schemas", new StringDeserializer()))));
    }
}
