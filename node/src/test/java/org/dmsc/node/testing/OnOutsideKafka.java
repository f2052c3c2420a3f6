package org.dmsc.node.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** The fabric of this test class runs on {@link OutsideKafka}; without one the class is skipped, and the report says why. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(OutsideKafkaCondition.class)
public @interface OnOutsideKafka {}
