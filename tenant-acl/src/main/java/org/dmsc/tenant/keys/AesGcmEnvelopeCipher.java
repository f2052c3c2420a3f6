package org.dmsc.tenant.keys;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.Scheduler;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.SealedPart;
import org.dmsc.tenant.keys.DataKeys.Fresh;
import org.dmsc.tenant.keys.ErasableKey.ErasedException;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM with the JDK's hardware AES. One data key per tenant and class, made by this object and never used by another; wrapped under the
 * root key it travels in each record. A data key is replaced after an hour, 2^24 records or 64 GiB, when the process slept, and on demand;
 * unwrapped ones are kept for an hour at most. Keys that are not needed any more are overwritten.
 */
public final class AesGcmEnvelopeCipher implements EnvelopeCipher {

    private static final int VERSION = 1;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BYTES = DataKeyWrapping.TAG_BITS / 8;
    private static final int NONCE_PREFIX_BYTES = 4;
    private static final Duration DATA_KEY_LIFE = Duration.ofHours(1);
    private static final long MOST_OPENED_KEYS = 10_000;
    private static final String SEAL = "dmsc-seal-1";
    private static final String ROUTING = KeyClass.ROUTING.label();
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final DataKeys dataKeys;
    private final SecureRandom random;
    private final Clock clock;
    private final Continuity continuity;
    private final Map<Owner, DataKey> own = new ConcurrentHashMap<>();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();
    private final Cache<WrappedKey, ErasableKey> opened = Caffeine.newBuilder()
            .maximumSize(MOST_OPENED_KEYS)
            .expireAfterWrite(DATA_KEY_LIFE)
            .scheduler(Scheduler.systemScheduler())
            .executor(Runnable::run)
            .removalListener(this::removed)
            .build();
    private final ThreadCiphers ciphers = new ThreadCiphers();

    public AesGcmEnvelopeCipher(KeyVault vault, SecureRandom random, Clock clock) {
        this(new VaultDataKeys(vault, random), random, clock);
    }

    public AesGcmEnvelopeCipher(DataKeys dataKeys, SecureRandom random, Clock clock) {
        this(dataKeys, random, clock, new Continuity(clock, System::nanoTime));
    }

    AesGcmEnvelopeCipher(DataKeys dataKeys, SecureRandom random, Clock clock, Continuity continuity) {
        this.dataKeys = dataKeys;
        this.random = random;
        this.clock = clock;
        this.continuity = continuity;
    }

    @Override
    public SealedPart seal(KeyClass keyClass, SealContext context, byte[] plaintext) {
        if (continuity.broken()) {
            own.keySet().forEach(this::retire);
        }
        Owner owner = new Owner(context.tenant(), keyClass);
        while (true) {
            requireNotGone(owner.tenant().value(), Refusal.TENANT_INACTIVE);
            DataKey dataKey = dataKey(owner);
            byte[] nonce = dataKey.nextNonce(plaintext.length, clock.millis());
            if (nonce.length == 0) {
                replace(owner, dataKey);
                continue;
            }
            SealedPart header = header(dataKey, context, nonce);
            try {
                return whole(header, encrypt(ciphers.of(keyClass), dataKey.key(), header, plaintext));
            } catch (ErasedException replacedMeanwhile) {
                own.remove(owner, dataKey);
            }
        }
    }

    @Override
    public byte[] open(SealedPart part) {
        requireShape(part);
        requireNotGone(part.getTenant(), Refusal.UNREADABLE);
        WrappedKey wrapped = new WrappedKey(part.getTenant(), part.getKeyId(), part.getWrappedKey());
        KeyClass keyClass = shownClass(part);
        while (true) {
            try {
                return decrypt(ciphers.of(keyClass), opened(wrapped), part);
            } catch (ErasedException evictedMeanwhile) {
                requireNotGone(part.getTenant(), Refusal.UNREADABLE);
            }
        }
    }

    /** Also of a tenant that is gone, because that is refused without asking anybody. */
    @Override
    public boolean atHand(TenantId tenant, KeyClass keyClass) {
        DataKey known = own.get(new Owner(tenant, keyClass));
        return (known != null && known.usable(clock.millis())) || gone.contains(tenant.value());
    }

    @Override
    public void fetch(TenantId tenant, KeyClass keyClass) {
        Owner owner = new Owner(tenant, keyClass);
        requireNotGone(tenant.value(), Refusal.TENANT_INACTIVE);
        DataKey known = dataKey(owner);
        if (!known.usable(clock.millis())) {
            replace(owner, known);
            dataKey(owner);
        }
    }

    private ErasableKey opened(WrappedKey wrapped) {
        ErasableKey known = opened.getIfPresent(wrapped);
        if (known != null) {
            return known;
        }
        SecretKey unwrapped = dataKeys.unwrap(wrapped.tenant(), wrapped.keyId(), wrapped.bytes());
        ErasableKey key = ErasableKey.copyOf(unwrapped);
        opened.put(wrapped.copy(), key);
        // Whoever forgot the tenant while the key was on its way has looked for it already.
        if (gone.contains(wrapped.tenant())) {
            opened.invalidate(wrapped);
        }
        return key;
    }

    /** Seals with a new data key from the next record on: after the tenant's root key was rotated. */
    public void rotate(TenantId tenant) {
        for (KeyClass keyClass : KeyClass.values()) {
            retire(new Owner(tenant, keyClass));
        }
    }

    /** Seals under these root keys, which are the newest, from the next record on. */
    public void follow(TenantId tenant, String routingKeyId, String payloadKeyId) {
        own.forEach((owner, dataKey) -> {
            String newest = owner.keyClass() == KeyClass.ROUTING ? routingKeyId : payloadKeyId;
            if (owner.tenant().equals(tenant) && !dataKey.keyId().equals(newest)) {
                replace(owner, dataKey);
            }
        });
    }

    /**
     * Forgets all keys of a tenant that is gone for ever: MUST be called when its root keys are destroyed, or it stays readable here for up to
     * an hour. Nothing of it is sealed or opened here again.
     */
    public void forget(TenantId tenant) {
        gone.add(tenant.value());
        rotate(tenant);
        opened.asMap().keySet().removeIf(wrapped -> wrapped.tenant().equals(tenant.value()));
        dataKeys.forget(tenant);
    }

    private void requireNotGone(String tenant, Refusal refusal) {
        if (gone.contains(tenant)) {
            throw new RefusedException(
                    refusal, "tenant '" + Printable.of(tenant) + "' has left, and its keys were destroyed");
        }
    }

    private void retire(Owner owner) {
        DataKey retired = own.remove(owner);
        if (retired != null) {
            erase(retired);
        }
    }

    private void removed(@Nullable WrappedKey wrapped, @Nullable ErasableKey key, RemovalCause cause) {
        if (key != null) {
            key.destroy();
            ciphers.forget();
        }
    }

    private void erase(DataKey dataKey) {
        dataKey.erase();
        ciphers.forget();
    }

    private static SealedPart header(DataKey dataKey, SealContext context, byte[] nonce) {
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
                NOTHING);
    }

    private static SealedPart whole(SealedPart header, byte[] ciphertext) {
        return new SealedPart(
                header.getVersion(),
                header.getTenant(),
                header.getKeyId(),
                header.getChannel(),
                header.getMessageId(),
                header.getSender(),
                header.getRecipient(),
                header.getContentType(),
                header.getSchemaId(),
                header.getTime(),
                header.getWrappedKey(),
                header.getNonce(),
                ByteBuffer.wrap(ciphertext));
    }

    private static byte[] encrypt(Cipher cipher, SecretKey key, SealedPart part, byte[] plaintext) {
        try {
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    key,
                    new GCMParameterSpec(
                            DataKeyWrapping.TAG_BITS, part.getNonce().array()));
            cipher.updateAAD(additionalData(part));
            return cipher.doFinal(plaintext);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM of this JVM failed", e);
        }
    }

    private static byte[] decrypt(Cipher cipher, SecretKey key, SealedPart part) {
        byte[] nonce = bytes(part.getNonce());
        ByteBuffer sealed = part.getCiphertext().duplicate();
        try {
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

    /** Only for the choice of a cipher: that the key is of this class is proven when it is unwrapped. */
    private static KeyClass shownClass(SealedPart part) {
        int label = part.getTenant().length() + 1;
        return part.getKeyId().startsWith(ROUTING, label) ? KeyClass.ROUTING : KeyClass.PAYLOAD;
    }

    private static RefusedException shape(String found, String expected) {
        return new RefusedException(Refusal.UNREADABLE, "sealed part with " + found + " (expected " + expected + ")");
    }

    private void replace(Owner owner, DataKey spent) {
        if (own.remove(owner, spent)) {
            erase(spent);
        }
    }

    /** Made outside the map: whoever waits for one tenant's key must not hold the map against another's. */
    private DataKey dataKey(Owner owner) {
        DataKey known = own.get(owner);
        if (known != null) {
            return known;
        }
        DataKey made = newDataKey(owner);
        DataKey others = own.putIfAbsent(owner, made);
        if (others == null) {
            return made;
        }
        made.erase();
        return others;
    }

    private DataKey newDataKey(Owner owner) {
        Fresh fresh = dataKeys.generate(owner.tenant(), owner.keyClass());
        // Two copies: each is overwritten when its own time is over.
        WrappedKey wrapped = new WrappedKey(owner.tenant().value(), fresh.keyId(), fresh.wrapped());
        opened.put(wrapped, ErasableKey.copyOf(fresh.key()));
        byte[] prefix = new byte[NONCE_PREFIX_BYTES];
        random.nextBytes(prefix);
        return new DataKey(
                fresh.keyId(),
                ErasableKey.copyOf(fresh.key()),
                bytes(fresh.wrapped()),
                prefix,
                clock.millis() + DATA_KEY_LIFE.toMillis());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
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
