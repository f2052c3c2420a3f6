package org.dmsc.tenant.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;

/**
 * AES-256-GCM with the JDK's hardware AES. One data key per tenant and class, made by this object and never used by another; wrapped under the
 * root key it travels in each record.
 */
public final class AesGcmEnvelopeCipher implements EnvelopeCipher {

    private static final int VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = DataKeyWrapping.TAG_BITS / 8;
    private static final int NONCE_PREFIX_BYTES = 4;
    private static final Duration DATA_KEY_LIFE = Duration.ofHours(1);
    private static final long MOST_OPENED_KEYS = 10_000;
    private static final String SEAL = "dmsc-seal-1";

    private final KeyVault vault;
    private final Clock clock;
    private final DataKeyWrapping wrapping;
    private final Map<Owner, DataKey> own = new ConcurrentHashMap<>();
    private final Cache<WrappedKey, SecretKey> opened = Caffeine.newBuilder()
            .maximumSize(MOST_OPENED_KEYS)
            .expireAfterWrite(DATA_KEY_LIFE)
            .build();
    private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(AesGcmEnvelopeCipher::newCipher);

    public AesGcmEnvelopeCipher(KeyVault vault, SecureRandom random, Clock clock) {
        this.vault = vault;
        this.clock = clock;
        this.wrapping = new DataKeyWrapping(vault, random);
    }

    @Override
    public SealedPart seal(KeyClass keyClass, SealContext context, byte[] plaintext) {
        Owner owner = new Owner(context.tenant(), keyClass);
        DataKey dataKey = own.computeIfAbsent(owner, this::newDataKey);
        byte[] nonce = dataKey.nextNonce(plaintext.length, clock.millis());
        while (nonce.length == 0) {
            dataKey = replace(owner, dataKey);
            nonce = dataKey.nextNonce(plaintext.length, clock.millis());
        }
        SealedPart header = part(dataKey, context, nonce, new byte[0]);
        return part(dataKey, context, nonce, encrypt(dataKey.key(), nonce, header, plaintext));
    }

    @Override
    public byte[] open(SealedPart part) {
        requireShape(part);
        WrappedKey wrapped = new WrappedKey(part.getTenant(), part.getKeyId(), part.getWrappedKey());
        SecretKey key = opened.getIfPresent(wrapped);
        if (key == null) {
            key = wrapping.unwrap(wrapped.bytes(), wrapped.tenant(), wrapped.keyId());
            opened.put(wrapped.copy(), key);
        }
        return decrypt(key, part);
    }

    /** Forgets all data keys of a tenant: MUST be called when its root keys are destroyed, or it stays readable here for up to an hour. */
    public void forget(TenantId tenant) {
        own.keySet().removeIf(owner -> owner.tenant().equals(tenant));
        opened.asMap().keySet().removeIf(wrapped -> wrapped.tenant().equals(tenant.value()));
    }

    private static SealedPart part(DataKey dataKey, SealContext context, byte[] nonce, byte[] ciphertext) {
        return new SealedPart(
                VERSION,
                context.tenant().value(),
                dataKey.keyId(),
                context.channel(),
                context.messageId(),
                context.sender(),
                context.recipient(),
                context.contentType(),
                context.schemaId(),
                context.time(),
                ByteBuffer.wrap(dataKey.wrapped()),
                ByteBuffer.wrap(nonce),
                ByteBuffer.wrap(ciphertext));
    }

    private byte[] encrypt(SecretKey key, byte[] nonce, SealedPart part, byte[] plaintext) {
        try {
            Cipher cipher = ciphers.get();
            cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(DataKeyWrapping.TAG_BITS, nonce));
            cipher.updateAAD(additionalData(part));
            return cipher.doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM of this JVM failed", e);
        }
    }

    private byte[] decrypt(SecretKey key, SealedPart part) {
        byte[] nonce = bytes(part.getNonce());
        ByteBuffer sealed = part.getCiphertext().duplicate();
        try {
            Cipher cipher = ciphers.get();
            cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(DataKeyWrapping.TAG_BITS, nonce));
            cipher.updateAAD(additionalData(part));
            return sealed.hasArray()
                    ? cipher.doFinal(sealed.array(), sealed.arrayOffset() + sealed.position(), sealed.remaining())
                    : cipher.doFinal(bytes(sealed));
        } catch (GeneralSecurityException e) {
            throw new RefusedException(
                    Refusal.UNREADABLE,
                    "sealed part of message '" + Printable.of(part.getMessageId()) + "' does not open under "
                            + part.getKeyId()
                            + " (expected exactly what was sealed; it was changed, moved or mixed with another)");
        }
    }

    private static ByteBuffer additionalData(SealedPart part) {
        return new AdditionalData()
                .text(SEAL)
                .number(part.getVersion())
                .text(part.getTenant())
                .text(part.getKeyId())
                .text(part.getChannel())
                .text(part.getMessageId())
                .text(part.getSender())
                .text(part.getRecipient())
                .text(part.getContentType())
                .number(part.getSchemaId())
                .number(part.getTime())
                .finish();
    }

    private static void requireShape(SealedPart part) {
        if (part.getVersion() != VERSION) {
            throw shape("version " + part.getVersion(), "version " + VERSION);
        }
        if (!part.getKeyId().startsWith(part.getTenant() + "/")) {
            throw shape(
                    "key id '" + Printable.of(part.getKeyId()) + "'",
                    "a key of tenant '" + Printable.of(part.getTenant()) + "'");
        }
        if (part.getNonce().remaining() != NONCE_BYTES || part.getCiphertext().remaining() < TAG_BYTES) {
            throw shape(
                    part.getNonce().remaining() + " bytes of nonce and "
                            + part.getCiphertext().remaining() + " of ciphertext",
                    NONCE_BYTES + " and at least " + TAG_BYTES);
        }
    }

    private static RefusedException shape(String found, String expected) {
        return new RefusedException(Refusal.UNREADABLE, "sealed part with " + found + " (expected " + expected + ")");
    }

    private DataKey replace(Owner owner, DataKey spent) {
        return own.compute(owner, (key, current) -> current == null || current == spent ? newDataKey(owner) : current);
    }

    private DataKey newDataKey(Owner owner) {
        String keyId = vault.newest(owner.tenant(), owner.keyClass())
                .orElseThrow(() -> new RefusedException(
                        Refusal.UNAVAILABLE,
                        "tenant " + owner.tenant() + " has no "
                                + owner.keyClass().label() + " key in this vault (expected one since the"
                                + " tenant was created; was it destroyed?)"));
        SecretKey key = wrapping.newDataKey();
        byte[] wrapped = wrapping.wrap(key, owner.tenant().value(), keyId);
        opened.put(new WrappedKey(owner.tenant().value(), keyId, ByteBuffer.wrap(wrapped)), key);
        return new DataKey(
                keyId, key, wrapped, wrapping.random(NONCE_PREFIX_BYTES), clock.millis() + DATA_KEY_LIFE.toMillis());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance(DataKeyWrapping.AES_GCM, DataKeyWrapping.JDK_PROVIDER);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JVM has no AES-GCM of " + DataKeyWrapping.JDK_PROVIDER, e);
        }
    }

    private record Owner(TenantId tenant, KeyClass keyClass) {}

    /** Tenant and root key are part of it: a wrapped key that is shown under other names has to pass its authentication anew. */
    private record WrappedKey(String tenant, String keyId, ByteBuffer bytes) {

        /** With bytes of its own, because the record's buffer may be a slice of something large or be reused. */
        WrappedKey copy() {
            return new WrappedKey(tenant, keyId, ByteBuffer.wrap(AesGcmEnvelopeCipher.bytes(bytes)));
        }
    }
}
