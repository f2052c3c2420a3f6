package org.dmsc.node.config;

/** One thing wrong with the configuration: the key, what it says, what was expected or what to do. */
public record Fault(String key, String sentence) {

    @Override
    public String toString() {
        return key + ": " + sentence;
    }
}
