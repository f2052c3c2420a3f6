package org.dmsc.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files, and so connections, this process may have open. */
final class OpenFiles {

    private static final Pattern FILES = Pattern.compile("Max open files\\s+\\d+\\s+(\\d+)");

    private OpenFiles() {}

    static int most() {
        try {
            Matcher limit = FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? Integer.parseInt(limit.group(1)) : Integer.MAX_VALUE;
        } catch (IOException | NumberFormatException e) {
            return Integer.MAX_VALUE;
        }
    }
}
