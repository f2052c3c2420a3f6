package org.dmsc.tenant.streams;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A record that Kafka will never take is dropped, loudly: trying again would stop a lane for ever. Whoever waits for it runs into its timeout.
 * Everything else ends the thread, and with it the transaction.
 */
public final class DropTooLarge implements ProductionExceptionHandler {

    private static final Logger LOG = LoggerFactory.getLogger(DropTooLarge.class);

    /** Streams makes one per thread. */
    public DropTooLarge() {}

    @Override
    public Response handleError(ErrorHandlerContext context, ProducerRecord<byte[], byte[]> entry, Exception fault) {
        if (!(fault instanceof RecordTooLargeException)) {
            return Response.fail();
        }
        LOG.atError()
                .addKeyValue("topic", entry.topic())
                .addKeyValue("bytes", entry.value() == null ? 0 : entry.value().length)
                .log("record is larger than Kafka takes: dropped");
        return Response.resume();
    }

    @Override
    public void configure(Map<String, ?> configs) {}
}
