package org.dmsc.node.query;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.dmsc.schemas.TenantId;

/**
 * A question about one task.
 *
 * @param ends where its log ended when it was asked: an answer that is to be whole knows everything before that; none: as it is known
 */
public record TaskQuestion(TenantId tenant, String taskId, Map<TopicPartition, Long> ends) {

    public TaskQuestion {
        ends = Map.copyOf(ends);
    }
}
