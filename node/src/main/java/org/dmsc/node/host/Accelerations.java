package org.dmsc.node.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What makes this machine fast, or would: said at start, so that nobody measures without it by mistake. */
public record Accelerations(State aesNi, State nativeTls, State nativeTransport) {

    /** One of them. */
    public record State(boolean on, String detail) {

        @Override
        public String toString() {
            return (on ? "on" : "off") + " (" + detail + ")";
        }
    }

    private static final Pattern AES_FLAG = Pattern.compile("(?m)^(flags|Features)\\s*:.*\\baes\\b");

    /**
     * Looks at the processor; the other two come from the edge, which knows its libraries.
     *
     * @param nativeTls whether OpenSSL is used for TLS
     * @param nativeTransport whether epoll is used
     */
    public static Accelerations of(State nativeTls, State nativeTransport) {
        return new Accelerations(aes(Path.of("/proc/cpuinfo")), nativeTls, nativeTransport);
    }

    static State aes(Path cpuinfo) {
        if (!Files.isReadable(cpuinfo)) {
            return new State(false, "unknown: no " + cpuinfo);
        }
        try {
            boolean on = AES_FLAG.matcher(Files.readString(cpuinfo)).find();
            return new State(
                    on,
                    on
                            ? "the processor has AES, the JDK uses it"
                            : "the processor has no AES: sealing is about 15 times slower");
        } catch (IOException e) {
            return new State(false, "unknown: " + e.getMessage());
        }
    }

    /** One line each, for people. */
    public List<String> lines() {
        return Stream.of("AES " + aesNi, "native TLS " + nativeTls, "native transport " + nativeTransport)
                .toList();
    }
}
