package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.AuditEvent;
import org.dmsc.schemas.avro.AuditKind;
import org.dmsc.schemas.avro.DeadLetter;
import org.dmsc.schemas.avro.Delivery;
import org.dmsc.schemas.avro.TaskEvent;
import org.dmsc.schemas.avro.TaskEventKind;
import org.dmsc.schemas.avro.TaskStateName;
import org.dmsc.schemas.avro.TaskSubmission;
import org.dmsc.schemas.task.TaskFold;
import org.dmsc.schemas.task.TaskProgress;
import org.dmsc.tenant.rules.Ambiguity;
import org.dmsc.tenant.rules.Ambiguity.Answer;
import org.dmsc.tenant.rules.CardRules;
import org.dmsc.tenant.rules.TenantPolicy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A request that fits two skills equally well, under each wish that a tenant may have. */
class AmbiguityTest {

    private final TestLane lane = new TestLane();

    @BeforeEach
    void agents() {
        lane.directory.put(Make.agent("acme", "a1", Make.described("refund", "returns money to a customer"))
                .build());
        lane.directory.put(Make.agent("acme", "a2", Make.described("chargeback", "returns money to a customer"))
                .build());
    }

    @AfterEach
    void close() {
        lane.close();
    }

    private void wants(Answer answer) {
        lane.policies = tenant -> {
            TenantPolicy none = TenantPolicy.none(tenant, 1);
            return new TenantPolicy(
                    tenant,
                    1,
                    none.standing(),
                    none.region(),
                    none.administrators(),
                    none.quotas(),
                    none.issuers(),
                    none.offers(),
                    none.acceptances(),
                    none.masking(),
                    none.dataTags(),
                    none.network(),
                    new Ambiguity(answer, 0.1),
                    none.models(),
                    CardRules.NONE);
        };
    }

    private void submit() {
        lane.submit(Make.submission("acme", "t1")
                .setIntent("return the money to our customer")
                .build());
    }

    private void answer(String messageId, String text) {
        lane.submit(followUp(messageId).setIntent(text).build());
    }

    private static TaskSubmission.Builder followUp(String messageId) {
        return Make.submission("acme", "t1").setMessageId(messageId).setFollowUp(true);
    }

    private List<TaskEvent> questions() {
        return lane.events().stream()
                .filter(event -> event.getState() == TaskStateName.INPUT_REQUIRED)
                .toList();
    }

    private AuditEvent decision() {
        return lane.audit().stream()
                .filter(event -> event.getKind() == AuditKind.DECISION)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theBestGuessSaysHowCloseItWas() {
        submit();

        assertThat(lane.inbox("acme")).hasSize(1);
        assertThat(decision().getReasons())
                .anyMatch(reason -> reason.contains("margin 0.00")
                        && reason.contains("ambiguous")
                        && reason.contains("best guess"));
    }

    @Test
    void aClearChoiceSaysItsMarginToo() {
        wants(Answer.REFUSE);
        lane.submit(Make.submission("acme", "t1").setIntent("chargeback").build());

        assertThat(lane.inbox("acme")).extracting(Delivery::getAssigneeAgent).containsExactly("a2");
        assertThat(decision().getReasons()).anyMatch(reason -> reason.startsWith("margin 1.00"));
    }

    @Test
    void refusesWithTheCandidates() {
        wants(Answer.REFUSE);
        submit();

        assertThat(lane.inbox("acme")).isEmpty();
        assertThat(lane.dead()).singleElement().satisfies(letter -> {
            assertThat(letter.getRefusal()).isEqualTo("AMBIGUOUS");
            assertThat(letter.getReason()).contains("refund").contains("chargeback");
        });
    }

    @Test
    void asksOnceAndWaits() {
        wants(Answer.ASK);
        submit();
        lane.pass(Duration.ofSeconds(30));

        List<TaskEvent> asked = questions();
        assertThat(asked).singleElement().satisfies(event -> {
            assertThat(event.getKind()).isEqualTo(TaskEventKind.AGENT_UPDATE);
            assertThat(event.getAttempt()).isZero();
            assertThat(event.getReason()).contains("refund").contains("chargeback");
        });
        assertThat(lane.inbox("acme")).isEmpty();
        assertThat(decision().getRefusal()).isEqualTo("AMBIGUOUS");
        assertThat(TaskFold.apply(TaskProgress.NEW, asked.get(0)).progress().state())
                .isEqualTo(TaskStateName.INPUT_REQUIRED);
    }

    @Test
    void theAnswerPicksAndTheTaskGoesOnAsItCame() {
        wants(Answer.ASK);
        submit();
        lane.events();

        lane.submit(followUp("m2").setSkill("chargeback").build(), "{\"answer\":true}");

        assertThat(lane.inbox("acme")).singleElement().satisfies(delivery -> {
            assertThat(delivery.getAssigneeAgent()).isEqualTo("a2");
            assertThat(delivery.getSkill()).isEqualTo("chargeback");
        });
        lane.update("t1", 1, TaskStateName.COMPLETED);
        assertThat(lane.values(TopicNames.LESSONS))
                .as("what the caller meant is learnt")
                .hasSize(1);
    }

    @Test
    void asksAgainUntilItUnderstands() {
        wants(Answer.ASK);
        submit();
        answer("m2", "whatever you think");
        assertThat(questions()).hasSize(2);
        assertThat(lane.inbox("acme")).isEmpty();

        answer("m3", " refund ");

        assertThat(lane.inbox("acme")).extracting(Delivery::getAssigneeAgent).containsExactly("a1");
    }

    @Test
    void aQuestionThatIsNeverAnsweredEndsAtTheDeadline() {
        wants(Answer.ASK);
        submit();

        lane.pass(Duration.ofMillis(300_001));
        lane.pass(Duration.ofMillis(100));

        assertThat(lane.dead()).extracting(DeadLetter::getRefusal).containsExactly("DEADLINE_EXCEEDED");
    }

    @Test
    void aTaskThatWaitsForItsCallerCanBeCancelled() {
        wants(Answer.ASK);
        submit();
        lane.cancel("t1", "caller");

        assertThat(lane.events())
                .filteredOn(event -> event.getKind() == TaskEventKind.ENDED)
                .extracting(TaskEvent::getState)
                .containsExactly(TaskStateName.CANCELED);
    }
}
