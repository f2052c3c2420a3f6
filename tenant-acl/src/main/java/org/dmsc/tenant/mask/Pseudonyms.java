package org.dmsc.tenant.mask;

/** Makes pseudonyms: the same value always gives the same one, and nobody without the key finds the value to it. */
@FunctionalInterface
public interface Pseudonyms {

    /** The pseudonym, printable ASCII without spaces. */
    String of(String value);
}
