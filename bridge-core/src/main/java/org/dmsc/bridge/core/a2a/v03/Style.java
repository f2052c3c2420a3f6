package org.dmsc.bridge.core.a2a.v03;

/** A2A 0.3 had two forms of its JSON. */
public enum Style {
    /** JSON-RPC: {@code kind} tells objects apart, states are {@code input-required}, roles {@code user}. */
    KIND,
    /** HTTP+JSON: the protobuf form of that time, with {@code content}, {@code fileWithUri} and enum names. */
    PROTO
}
