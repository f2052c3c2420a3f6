package org.dmsc.node.query;

import java.util.Optional;
import org.dmsc.router.RouterApp;
import org.dmsc.router.RouterApp.LanesFound;
import org.dmsc.router.task.StoredTaskRecord;
import org.dmsc.router.task.TaskSearch;
import org.dmsc.schemas.Lanes;

/** The stores of the router in this process. May wait for Kafka, so not for event loops. Thread-safe. */
public final class LocalStores implements HeldTasks {

    private final RouterApp router;
    private final int lanes;

    public LocalStores(RouterApp router, int lanes) {
        this.router = router;
        this.lanes = lanes;
    }

    @Override
    public Look look(TaskQuestion question) {
        // In this order: what is looked up afterwards holds at least what had been read before.
        boolean whole = router.hasRead(question.ends());
        Optional<Optional<StoredTaskRecord>> found = router.look(question.tenant(), question.taskId());
        if (found.isEmpty()) {
            return new Look.Elsewhere(owner(Lanes.of(question.taskId(), lanes)));
        }
        if (whole) {
            return new Look.Kept(found.get().map(KeptTask::of));
        }
        return new Look.Behind(
                found.get().map(record -> record.state().getCreatedAt()).orElse(0L));
    }

    @Override
    public KeptPage search(TaskSearch search) {
        LanesFound found = router.searchHere(search);
        return new KeptPage(
                found.lanes(),
                found.found().tasks().stream().map(KeptTask::of).toList(),
                found.found().last(),
                found.found().total());
    }

    private Optional<RouterAddress> owner(int lane) {
        return router.owner(lane).flatMap(owner -> RouterAddress.parse(owner.host() + ":" + owner.port()));
    }
}
