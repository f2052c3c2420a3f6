package org.dmsc.node.enrol;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;

/**
 * What {@code dmsc node invite} prints for a process: one one-time token for each kind of node that it is, in one word, such as
 * {@code router.K3…,registry.9x…}.
 */
public record JoinToken(Map<String, String> byKind) {

    private static final String BETWEEN = ",";

    public JoinToken {
        byKind = Map.copyOf(byKind);
    }

    /**
     * Reads the word.
     *
     * @throws NodeException USAGE when it is none
     */
    public static JoinToken parse(String text) {
        Map<String, String> tokens = new LinkedHashMap<>();
        for (String part : text.split(BETWEEN, -1)) {
            int dot = part.indexOf('.');
            if (dot < 1 || dot == part.length() - 1) {
                // The token itself is not shown: it may be good.
                throw new NodeException(
                        ExitCode.USAGE,
                        "enrol.token: not a token (expected what 'dmsc node invite NAME --roles ROLES' printed)");
            }
            tokens.put(part.substring(0, dot), part.substring(dot + 1));
        }
        return new JoinToken(tokens);
    }

    /** As one word. */
    public String text() {
        return byKind.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(entry -> entry.getKey() + "." + entry.getValue())
                .collect(Collectors.joining(BETWEEN));
    }

    /** Without the tokens. */
    @Override
    public String toString() {
        return "JoinToken" + Arrays.toString(byKind.keySet().stream().sorted().toArray());
    }
}
