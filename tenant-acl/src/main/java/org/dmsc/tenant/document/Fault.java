package org.dmsc.tenant.document;

/** One thing wrong with a document: the key, what it says, and what was expected. */
public record Fault(String key, String sentence) {

    @Override
    public String toString() {
        return key + ": " + sentence;
    }
}
