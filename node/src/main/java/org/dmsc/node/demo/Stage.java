package org.dmsc.node.demo;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What the steps work with. */
final class Stage {

    private final Cast cast;
    private final FabricProcess fabric;
    private final Operator operator;
    private final CanaryWords words;
    private final Narrator narrator;
    private final Workspace workspace;
    private final List<A2aTask> tasks = new CopyOnWriteArrayList<>();

    Stage(
            Cast cast,
            FabricProcess fabric,
            Operator operator,
            CanaryWords words,
            Narrator narrator,
            Workspace workspace) {
        this.cast = cast;
        this.fabric = fabric;
        this.operator = operator;
        this.words = words;
        this.narrator = narrator;
        this.workspace = workspace;
    }

    Cast cast() {
        return cast;
    }

    FabricProcess fabric() {
        return fabric;
    }

    Operator operator() {
        return operator;
    }

    CanaryWords words() {
        return words;
    }

    Narrator narrator() {
        return narrator;
    }

    Workspace workspace() {
        return workspace;
    }

    /** Later steps look at the traces of this one. */
    void remember(A2aTask task) {
        tasks.add(task);
    }

    /** The tasks of Acme so far, oldest first. */
    List<A2aTask> tasks() {
        return List.copyOf(tasks);
    }

    /** Fails the step unless it is so. */
    static void expect(boolean holds, String expected, Object came, String log) {
        if (!holds) {
            throw new DemoFailure(expected, String.valueOf(came), log);
        }
    }
}
