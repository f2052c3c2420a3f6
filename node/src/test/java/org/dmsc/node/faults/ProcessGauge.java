package org.dmsc.node.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process holds at a moment, as Linux tells it.
 *
 * @param stored open files of its data, which grow with what it stores
 * @param others everything else that is open, such as sockets
 */
record ProcessGauge(long residentMib, long threads, long stored, long others) {

    static ProcessGauge of(long pid, Path data) {
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
            List<Path> open = files.toList();
            long stored = open.stream().filter(file -> leadsTo(file, data)).count();
            return new ProcessGauge(resident, threads, stored, open.size() - stored);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean leadsTo(Path file, Path data) {
        try {
            return Files.readSymbolicLink(file).startsWith(data);
        } catch (IOException e) {
            // Closed meanwhile.
            return false;
        }
    }

    private static long number(String line) {
        return Long.parseLong(line.replaceAll("[^0-9]", ""));
    }

    @Override
    public String toString() {
        return residentMib + " MiB, " + threads + " threads, " + stored + " files of data, " + others + " others";
    }
}
