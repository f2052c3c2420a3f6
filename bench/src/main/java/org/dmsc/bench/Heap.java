package org.dmsc.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The heap of another virtual machine of this user, by {@code jcmd}. */
record Heap(long pid) {

    private static final Pattern USED = Pattern.compile("used (\\d+)K");

    /** In use after a full collection, in MiB; empty where there is no jcmd (a JRE without a JDK). */
    OptionalDouble usedMib() throws InterruptedException {
        jcmd("GC.run");
        Matcher used = USED.matcher(jcmd("GC.heap_info"));
        double kib = 0;
        // Metaspace is named after the heap's generations.
        boolean any = false;
        while (used.find()) {
            kib += Long.parseLong(used.group(1));
            any = true;
        }
        return any ? OptionalDouble.of(kib / 1024) : OptionalDouble.empty();
    }

    private String jcmd(String what) throws InterruptedException {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process process = new ProcessBuilder(jcmd.toString(), Long.toString(pid), what)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor();
            int end = said.indexOf("Metaspace");
            return end < 0 ? said : said.substring(0, end);
        } catch (IOException e) {
            return "";
        }
    }
}
