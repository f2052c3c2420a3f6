package org.dmsc.node.demo;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;

/** The virtual machine that runs this, for those that it starts. */
final class Jvm {

    /** Small and quick to start: an agent does little, and nine virtual machines share what may be two cores. */
    static final List<String> FRUGAL =
            List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xshare:auto", "-Xmx64m");

    private Jvm() {}

    static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /** The settings that the launcher gave to this process. */
    static List<String> ownFlags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(flag -> flag.startsWith("-X") || flag.startsWith("-D") || flag.startsWith("--"))
                .toList();
    }
}
