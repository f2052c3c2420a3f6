package org.dmsc.router.learn;

import java.security.SecureRandom;
import java.util.function.Predicate;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.ModelRecord;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.serde.AvroCodec;
import org.dmsc.schemas.serde.AvroSerde;
import org.dmsc.tenant.keys.Envelopes;
import org.dmsc.tenant.keys.Parties;

/**
 * What the processors of all partitions share. All of it is thread-safe.
 *
 * @param gone whether a tenant has left; asked from memory
 * @param random makes the tenants' hash keys
 */
record LearnerParts(
        Envelopes envelopes,
        AvroSerde<SealedEnvelope> lessons,
        AvroSerde<ModelRecord> models,
        Predicate<TenantId> gone,
        SecureRandom random,
        LearnerCounters counters) {

    /** Logical channel of lessons. */
    static final String CHANNEL = "lessons";

    /** Who seals keys. */
    static final Parties PARTIES = Parties.from("learner");

    static LearnerParts of(
            Envelopes envelopes,
            AvroCodec codec,
            Predicate<TenantId> gone,
            SecureRandom random,
            LearnerCounters counters) {
        return new LearnerParts(
                envelopes,
                new AvroSerde<>(codec, SealedEnvelope.class),
                new AvroSerde<>(codec, ModelRecord.class),
                gone,
                random,
                counters);
    }

    /** The lesson in an envelope, if it belongs to this tenant. */
    Lesson open(TenantId tenant, SealedEnvelope envelope) {
        Envelopes.requirePlace(envelope, tenant, CHANNEL);
        return envelopes.routing(envelope, Lesson.class);
    }
}
