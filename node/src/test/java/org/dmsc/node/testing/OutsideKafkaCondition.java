package org.dmsc.node.testing;

import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Whether there is a Kafka that is not ours to run on. */
final class OutsideKafkaCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return OutsideKafka.isAvailable()
                ? ConditionEvaluationResult.enabled("a Kafka outside of the fabric")
                : ConditionEvaluationResult.disabled("no Docker engine (expected one for Testcontainers, or -D"
                        + OutsideKafka.PROPERTY + "=host:port)");
    }
}
