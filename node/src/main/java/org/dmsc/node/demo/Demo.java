package org.dmsc.node.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.dmsc.node.cli.CommandLineFactory;

/** One run: sets the stage, shows each step, and stops at the first that does not show what it should. */
final class Demo {

    private final Workspace workspace;
    private final Launcher launcher;
    private final CanaryWords words;
    private final Narrator narrator;
    private final List<StepResult> results = new ArrayList<>();

    Demo(Workspace workspace, Launcher launcher, CanaryWords words, Narrator narrator) {
        this.workspace = workspace;
        this.launcher = launcher;
        this.words = words;
        this.narrator = narrator;
    }

    /** What came of it. */
    record Verdict(
            List<StepResult> results, Optional<DemoFailure> failure, Optional<FabricProcess> fabric, long millis) {

        boolean good() {
            return failure.isEmpty();
        }
    }

    Verdict run() {
        Optional<FabricProcess> fabric = Optional.empty();
        try {
            Stage stage = setUp();
            fabric = Optional.of(stage.fabric());
            for (Step step : DemoScript.steps()) {
                show(step, stage);
            }
            return new Verdict(results, Optional.empty(), fabric, narrator.millis());
        } catch (DemoFailure failure) {
            return new Verdict(results, Optional.of(failure), fabric, narrator.millis());
        }
    }

    private Stage setUp() {
        String title = "A fabric, two tenants, seven agents";
        narrator.chapter(title + ": everything below happens between separate processes, in " + workspace.root());
        long begun = narrator.millis();
        String asked = "dmsc up, tenant create, agent add";
        try {
            Stage stage = stage();
            long took = narrator.millis() - begun;
            String observed = "ready; all agents registered (A2A over HTTPS, MQTT 5, MQTT 3.1.1)";
            done(new StepResult(title, StepResult.Outcome.OBSERVED, asked, observed, took));
            return stage;
        } catch (RuntimeException fault) {
            throw failed(title, asked, fault, begun);
        }
    }

    private Stage stage() {
        FabricProcess fabric = FabricProcess.start(launcher, workspace);
        narrator.says("demo", "fabric", "dmsc up --data " + workspace.data());
        AgentPrograms programs = AgentPrograms.compile(workspace.classes());
        narrator.says("demo", "examples/", "javac: four agents, no SDK");
        fabric.awaitReady();
        narrator.says(
                "fabric",
                "demo",
                "ready: " + fabric.httpUrl() + ", " + fabric.mqttUrl() + ", Kafka " + fabric.bootstrap());
        Operator operator = new Operator(CommandLineFactory::make, workspace);
        Cast cast =
                new Cast(new Cast.Backstage(fabric, programs, operator, launcher, workspace), Cast.Lines.with(words));
        both(
                () -> {
                    operator.createTenant(Cast.ACME, "Acme Networks");
                    narrator.says("operator", "fabric", "dmsc tenant create acme; dmsc agent add acme/...");
                    cast.startAcme();
                },
                () -> {
                    operator.createTenant(Cast.GLOBEX, "Globex Cold Stores");
                    narrator.says("operator", "fabric", "dmsc tenant create globex; dmsc agent add globex/...");
                    cast.startGlobex();
                });
        cast.awaitReady();
        return new Stage(cast, fabric, operator, words, narrator, workspace);
    }

    private static void both(Runnable one, Runnable other) {
        CompletableFuture<Void> first = CompletableFuture.runAsync(one);
        CompletableFuture<Void> second = CompletableFuture.runAsync(other);
        try {
            CompletableFuture.allOf(first, second).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void show(Step step, Stage stage) {
        narrator.chapter(step.title());
        long begun = narrator.millis();
        try {
            Observation seen = step.observe(stage);
            long took = narrator.millis() - begun;
            done(new StepResult(step.title(), StepResult.Outcome.OBSERVED, seen.asked(), seen.observed(), took));
        } catch (RuntimeException fault) {
            throw failed(step.title(), "", fault, begun);
        }
    }

    private DemoFailure failed(String title, String asked, RuntimeException fault, long begun) {
        DemoFailure failure = fault instanceof DemoFailure known ? known : unforeseen(fault);
        String observed = "expected " + failure.expected() + "; came " + failure.came();
        done(new StepResult(title, StepResult.Outcome.FAILED, asked, observed, narrator.millis() - begun));
        return failure;
    }

    private DemoFailure unforeseen(RuntimeException fault) {
        try (PrintWriter log = new PrintWriter(Files.newBufferedWriter(workspace.log("demo")))) {
            fault.printStackTrace(log);
        } catch (IOException e) {
            fault.addSuppressed(e);
        }
        return new DemoFailure(
                "no fault in the demo itself",
                fault.toString(),
                workspace.log("demo").toString());
    }

    private void done(StepResult result) {
        results.add(result);
        narrator.done(result);
    }
}
