package org.dmsc.node.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;

final class FirstOfTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final TaskQuestion QUESTION = new TaskQuestion(ACME, "a-task", Map.of());
    private static final TaskSearch SEARCH = new TaskSearch(
            ACME, "alice", Optional.empty(), Optional.empty(), OptionalLong.empty(), Optional.empty(), 10, 100);

    private record Saying(Look look, KeptPage page) implements TaskStores {
        @Override
        public CompletionStage<Look> look(TaskQuestion question) {
            return CompletableFuture.completedStage(look);
        }

        @Override
        public CompletionStage<KeptPage> search(TaskSearch search) {
            return CompletableFuture.completedStage(page);
        }
    }

    private static KeptPage page(Set<Integer> lanes, int total) {
        return new KeptPage(lanes, List.of(), Optional.empty(), total);
    }

    private static Look look(Look own, Look others) {
        return new FirstOf(new Saying(own, KeptPage.NONE), new Saying(others, KeptPage.NONE), 2)
                .look(QUESTION)
                .toCompletableFuture()
                .join();
    }

    private static KeptPage search(KeptPage own, KeptPage others) {
        return new FirstOf(new Saying(Look.Elsewhere.UNKNOWN, own), new Saying(Look.Elsewhere.UNKNOWN, others), 2)
                .search(SEARCH)
                .toCompletableFuture()
                .join();
    }

    @Test
    void othersAreAskedForWhatIsNotHere() {
        Look none = new Look.Kept(Optional.empty());
        Look behind = new Look.Behind(1);

        assertThat(look(none, behind)).isEqualTo(none);
        assertThat(look(behind, none)).isEqualTo(behind);
        assertThat(look(Look.Elsewhere.UNKNOWN, none)).isEqualTo(none);
    }

    @Test
    void aListIsMadeOfBoth() {
        assertThat(search(page(Set.of(0, 1), 3), page(Set.of(1), 4))).isEqualTo(page(Set.of(0, 1), 3));
        assertThat(search(page(Set.of(0), 3), page(Set.of(1), 4))).isEqualTo(page(Set.of(0, 1), 7));
        assertThat(search(page(Set.of(0), 3), page(Set.of(0), 4)).covers(2)).isFalse();
        assertThat(search(page(Set.of(0), 3), KeptPage.NONE).covers(2)).isFalse();
    }
}
