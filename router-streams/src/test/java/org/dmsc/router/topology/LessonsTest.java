package org.dmsc.router.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.dmsc.router.testing.Make;
import org.dmsc.schemas.TopicNames;
import org.dmsc.schemas.avro.Lesson;
import org.dmsc.schemas.avro.SealedEnvelope;
import org.dmsc.schemas.avro.TaskStateName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which tasks teach something. */
class LessonsTest {

    private final TestLane lane = new TestLane();

    @BeforeEach
    void agents() {
        lane.directory.put(
                Make.agent("acme", "player", Make.skill("music", "fun")).build());
    }

    @AfterEach
    void close() {
        lane.close();
    }

    private List<Lesson> lessons() {
        return lane.output(TopicNames.LESSONS).readKeyValuesToList().stream()
                .map(entry -> {
                    assertThat(entry.key).isEqualTo("acme");
                    SealedEnvelope envelope = lane.envelope(entry.value);
                    assertThat(envelope.getRouting().getChannel()).isEqualTo("lessons");
                    return lane.envelopes.routing(envelope, Lesson.class);
                })
                .toList();
    }

    @Test
    void aTaskThatWasCompletedTeachesOnce() {
        lane.submit(Make.submission("acme", "t1").setIntent("play some music").build());
        lane.update("t1", 1, TaskStateName.COMPLETED);
        lane.update("t1", 1, TaskStateName.COMPLETED);

        assertThat(lessons()).singleElement().satisfies(lesson -> {
            assertThat(lesson.getSkill()).isEqualTo("music");
            assertThat(lesson.getIntent()).isEqualTo("play some music");
            assertThat(lesson.getTaskId()).isEqualTo("t1");
        });
    }

    @Test
    void whatFailedOrWasRefusedTeachesNothing() {
        lane.submit(Make.submission("acme", "t1").setIntent("play some music").build());
        lane.update("t1", 1, TaskStateName.FAILED);
        lane.submit(Make.submission("acme", "t2").setIntent("play some music").build());
        lane.update("t2", 1, TaskStateName.REJECTED);

        assertThat(lessons()).isEmpty();
    }

    @Test
    void whoNamesTheAgentTeachesNothing() {
        lane.submit(Make.submission("acme", "t1")
                .setTargetAgent("player")
                .setIntent("file my taxes")
                .build());
        lane.update("t1", 1, TaskStateName.COMPLETED);
        lane.submit(Make.submission("acme", "t2").setSkill("music").build());
        lane.update("t2", 1, TaskStateName.COMPLETED);

        assertThat(lessons()).as("a named agent, and a task without words").isEmpty();
    }
}
