package org.dmsc.bench;

import java.nio.ByteBuffer;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.keys.EnvelopeCipher;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.SealContext;

/** The baseline of {@code bench sealing}: parts of the same shape and size whose contents are in clear. Exists in the benchmark only. */
final class Unsealed implements EnvelopeCipher {

    private static final int VERSION = 1;
    private static final byte[] WRAPPED_KEY = new byte[93];
    private static final byte[] NONCE = new byte[12];
    private static final int TAG_BYTES = 16;

    @Override
    public SealedPart seal(KeyClass keyClass, SealContext context, byte[] plaintext) {
        ByteBuffer padded =
                ByteBuffer.allocate(plaintext.length + TAG_BYTES).put(plaintext).position(0);
        return new SealedPart(
                VERSION,
                context.tenant().value(),
                context.tenant() + "/" + keyClass.label() + "/1",
                context.channel(),
                context.messageId(),
                context.sender(),
                context.recipient(),
                context.contentType(),
                context.schemaId(),
                context.time(),
                ByteBuffer.wrap(WRAPPED_KEY),
                ByteBuffer.wrap(NONCE),
                padded);
    }

    @Override
    public byte[] open(SealedPart part) {
        byte[] plaintext = new byte[part.getCiphertext().remaining() - TAG_BYTES];
        part.getCiphertext().duplicate().get(plaintext);
        return plaintext;
    }
}
