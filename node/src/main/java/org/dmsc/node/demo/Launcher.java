package org.dmsc.node.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Starts processes and remembers them, so that none outlives the demo, however it ends. */
final class Launcher {

    private static final Duration AGENT_END = Duration.ofSeconds(3);
    /** Its data is thrown away: an orderly end is nice, and not worth a long wait. */
    private static final Duration FABRIC_END = Duration.ofSeconds(5);

    private final List<ChildProcess> started = new ArrayList<>();
    private boolean closed;

    synchronized ChildProcess start(String name, List<String> command, Path log) {
        if (closed) {
            throw new DemoFailure("to start " + name, "the end of the demo", log.toString());
        }
        ChildProcess process = ChildProcess.start(name, command, log);
        started.add(process);
        return process;
    }

    /** Those that run. */
    synchronized List<ChildProcess> alive() {
        return started.stream().filter(ChildProcess::isAlive).toList();
    }

    /** Ends all, the last started first: agents before their fabric. Once is enough. */
    void endAll() {
        List<ChildProcess> rest;
        synchronized (this) {
            closed = true;
            rest = new ArrayList<>(alive());
        }
        rest.forEach(ChildProcess::terminate);
        for (int i = rest.size() - 1; i >= 0; i--) {
            rest.get(i).end(i == 0 ? FABRIC_END : AGENT_END);
        }
    }
}
