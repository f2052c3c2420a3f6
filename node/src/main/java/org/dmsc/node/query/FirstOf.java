package org.dmsc.node.query;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.dmsc.router.task.TaskSearch;

/** The stores of this process first, and others for the lanes that are not here. */
public final class FirstOf implements TaskStores {

    private final TaskStores own;
    private final TaskStores others;
    private final int lanes;

    public FirstOf(TaskStores own, TaskStores others, int lanes) {
        this.own = own;
        this.others = others;
        this.lanes = lanes;
    }

    @Override
    public CompletionStage<Look> look(TaskQuestion question) {
        return own.look(question)
                .thenCompose(look -> look instanceof Look.Elsewhere
                        ? others.look(question)
                        : CompletableFuture.completedStage(look));
    }

    @Override
    public CompletionStage<KeptPage> search(TaskSearch search) {
        return own.search(search)
                .thenCompose(here -> here.covers(lanes)
                        ? CompletableFuture.completedStage(here)
                        : others.search(search)
                                .thenApply(there -> here.overlaps(there) ? KeptPage.NONE : here.and(there, search)));
    }
}
