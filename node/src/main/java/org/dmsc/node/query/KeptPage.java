package org.dmsc.node.query;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.router.task.TaskSearch.Place;

/**
 * What a search found in some lanes.
 *
 * @param lanes those that were searched
 * @param tasks the first that fit, in order
 * @param last the place of the last one, when more come behind it
 * @param total how many fit, as far as they were counted
 */
public record KeptPage(Set<Integer> lanes, List<KeptTask> tasks, Optional<Place> last, int total) {

    static final KeptPage NONE = new KeptPage(Set.of(), List.of(), Optional.empty(), 0);

    public KeptPage {
        lanes = Set.copyOf(lanes);
        tasks = List.copyOf(tasks);
    }

    /** Whether that many lanes were searched, which are all of them. */
    public boolean covers(int all) {
        return lanes.size() == all;
    }

    /** Whether both searched a lane: it is on the move then, and what is of it would be there twice. */
    boolean overlaps(KeptPage other) {
        return lanes.stream().anyMatch(other.lanes()::contains);
    }

    /** Of the lanes of both, which MUST NOT overlap. */
    KeptPage and(KeptPage other, TaskSearch search) {
        Set<Integer> both = new HashSet<>(lanes);
        both.addAll(other.lanes());
        List<KeptTask> all = new ArrayList<>(Stream.concat(tasks.stream(), other.tasks().stream())
                .sorted(Comparator.comparing(KeptTask::place))
                .toList());
        List<KeptTask> first = all.subList(0, Math.min(search.most(), all.size()));
        boolean more =
                all.size() > first.size() || last.isPresent() || other.last().isPresent();
        return new KeptPage(
                both,
                first,
                more ? lastOf(first, other) : Optional.empty(),
                Math.min(search.mostCounted(), total + other.total()));
    }

    private Optional<Place> lastOf(List<KeptTask> first, KeptPage other) {
        return first.isEmpty()
                // Tasks that were forgotten while they were looked for: the page goes on behind them.
                ? Stream.concat(last.stream(), other.last().stream()).min(Comparator.naturalOrder())
                : Optional.of(first.get(first.size() - 1).place());
    }
}
