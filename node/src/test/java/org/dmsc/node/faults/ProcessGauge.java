package org.dmsc.node.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process holds at a moment, as Linux tells it. */
record ProcessGauge(long residentMib, long threads, long files) {

    static ProcessGauge of(long pid) {
        Path folder = Path.of("/proc", String.valueOf(pid));
        try (Stream<String> lines = Files.lines(folder.resolve("status"));
                Stream<Path> files = Files.list(folder.resolve("fd"))) {
            long resident = 0;
            long threads = 0;
            for (String line : lines.toList()) {
                if (line.startsWith("VmRSS:")) {
                    resident = number(line) / 1024;
                } else if (line.startsWith("Threads:")) {
                    threads = number(line);
                }
            }
            return new ProcessGauge(resident, threads, files.count());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    @Override
    public String toString() {
        return residentMib + " MiB, " + threads + " threads, " + files + " files";
    }
}
