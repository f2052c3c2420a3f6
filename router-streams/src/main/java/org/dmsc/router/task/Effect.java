package org.dmsc.router.task;

import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentReport;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskEvent;

/** Something that has to be written, in the transaction of the record that caused it. */
public sealed interface Effect {

    /** On the caller tenant's events. */
    record Emit(TaskEvent event) implements Effect {}

    /** On the assignee tenant's inbox, with the payload of the submission. */
    record Deliver(Delivery delivery) implements Effect {}

    /** On the assignee tenant's inbox, without a payload: stop working on it. */
    record Stop(Delivery delivery) implements Effect {}

    /** On the agent's tenant's agents. */
    record Report(TenantId tenant, AgentReport report) implements Effect {}

    /** On the audit intake. */
    record Audit(AuditEvent event) implements Effect {}

    /** On the lessons, if the task did not name an agent: this skill solved it. */
    record Teach(String skill) implements Effect {}

    /** On the caller tenant's dead letters, with the whole submission. */
    record Bury(String refusal, String reason) implements Effect {}
}
