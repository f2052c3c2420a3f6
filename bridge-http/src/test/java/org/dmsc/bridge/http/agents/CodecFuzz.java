package org.dmsc.bridge.http.agents;

import java.util.Map;
import java.util.function.Consumer;

/** What the fuzzer calls; the system property {@code dmsc.fuzz.codec} names the codec. */
public final class CodecFuzz {

    static final Map<String, Consumer<byte[]>> CODECS = Map.of(
            "jsonRpc", CodecInputs::jsonRpc,
            "httpJson", CodecInputs::httpJson,
            "grpc", CodecInputs::grpc,
            "old", CodecInputs::old);

    private static final Consumer<byte[]> CODEC =
            CODECS.getOrDefault(System.getProperty("dmsc.fuzz.codec", ""), input -> {
                throw new IllegalStateException("dmsc.fuzz.codec: expected one of " + CODECS.keySet());
            });

    private CodecFuzz() {}

    /** Jazzer's entry. */
    public static void fuzzerTestOneInput(byte[] input) {
        CODEC.accept(input);
    }
}
