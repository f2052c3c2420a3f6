package org.dmsc.bench.decide;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.dmsc.tenant.directory.CapabilityIndex;
import org.dmsc.tenant.directory.KafkaAgents;

/** Writes a population to a broker, restores it, weighs it, and decides over it; all in this process, which should do nothing else. */
public final class DecideRun {

    private static final Duration LONGEST_RESTORE = Duration.ofMinutes(10);
    private static final int COLLECTIONS = 3;

    private final Population population;
    private final Duration seconds;
    private final Consumer<String> progress;

    /** Decisions are made for {@code seconds}, once for each kind of question. */
    public DecideRun(Population population, Duration seconds, Consumer<String> progress) {
        this.population = population;
        this.seconds = seconds;
        this.progress = progress;
    }

    /** Figures by name. */
    public Map<String, Double> run(Path folder) throws Exception {
        Map<String, Double> figures = new LinkedHashMap<>();
        try (RegistryOnKafka kafka = new RegistryOnKafka(folder)) {
            double card = kafka.write(population, progress);
            long before = liveHeap();
            CapabilityIndex index = new CapabilityIndex();
            try (KafkaAgents agents = kafka.reader()) {
                double restored = restore(agents, index);
                long after = liveHeap();
                progress.accept("restored in " + restored + " s, " + (after - before) / population.agents()
                        + " bytes of live heap per agent");
                DecisionLoad load = new DecisionLoad(population, agents, index);
                DecisionLoad.Result skill = load.run(DecisionLoad.Need.SKILL, warmUp(), seconds);
                progress.accept(Math.round(skill.perSecond()) + " decisions/s by skill");
                DecisionLoad.Result text = load.run(DecisionLoad.Need.TEXT, warmUp(), seconds);
                progress.accept(Math.round(text.perSecond()) + " decisions/s by text");
                figures.put("decisions_per_s", skill.perSecond());
                figures.put("decisions_per_cpu_s", skill.perCpuSecond());
                figures.put("p50_us", skill.p50Us());
                figures.put("p99_us", skill.p99Us());
                figures.put("assigned_share", skill.assignedShare());
                figures.put("heap_bytes_per_agent", (after - before) / (double) population.agents());
                figures.put("restore_s", restored);
                figures.put("by_text_decisions_per_s", text.perSecond());
                figures.put("by_text_decisions_per_cpu_s", text.perCpuSecond());
                figures.put("by_text_p50_us", text.p50Us());
                figures.put("by_text_p99_us", text.p99Us());
                figures.put("agents", (double) population.agents());
                figures.put("indexed_skills", (double) index.size());
                figures.put("card_bytes", card);
                figures.put("max_heap_mib", Runtime.getRuntime().maxMemory() / 1048576.0);
            }
        }
        return figures;
    }

    private Duration warmUp() {
        return seconds.dividedBy(2).plusSeconds(2);
    }

    private double restore(KafkaAgents agents, CapabilityIndex index) throws InterruptedException {
        long begin = System.nanoTime();
        index.follow(agents);
        agents.start();
        if (!agents.awaitCaughtUp(LONGEST_RESTORE)) {
            throw new IllegalStateException("registry: not restored after " + LONGEST_RESTORE);
        }
        double took = (System.nanoTime() - begin) / 1e9;
        int known = agents.all().size();
        if (known != population.agents()) {
            throw new IllegalStateException("registry: " + known + " agents (expected " + population.agents() + ", "
                    + agents.skipped() + " were skipped)");
        }
        return took;
    }

    /** What is reachable after a full collection. */
    private static long liveHeap() {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < COLLECTIONS; i++) {
            ManagementFactory.getMemoryMXBean().gc();
            least = Math.min(
                    least,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        return least;
    }
}
