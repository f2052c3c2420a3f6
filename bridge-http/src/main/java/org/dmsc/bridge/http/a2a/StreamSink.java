package org.dmsc.bridge.http.a2a;

import java.util.concurrent.CompletionStage;
import org.dmsc.schemas.RefusedException;

/** One reader of a stream. Never blocks; calls come one after the other, from any thread. */
public interface StreamSink {

    /**
     * Hands out one {@code StreamResponse}.
     *
     * @param id what the reader names to go on after it; empty when nobody can
     */
    void send(byte[] streamResponse, String id);

    /** Shows that the stream lives, where the binding has a way to say that. */
    void alive();

    /** Nothing follows. */
    void end();

    /** Nothing follows, and why. */
    void fail(RefusedException why);

    /** Completes when the stream is over, whoever ended it. */
    CompletionStage<?> over();
}
