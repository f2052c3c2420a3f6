package org.dmsc.tenant.token;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import javax.crypto.spec.SecretKeySpec;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.keys.Pkcs12File;
import org.dmsc.tenant.pki.BouncyCastle;

/**
 * The signing keys of the built-in token issuers, one issuer per tenant, in {@code tokens.p12}. A key is kept as its JWK, as PKCS#12 wants a
 * certificate with every private key and these have none. Thread-safe.
 */
public final class TokenKeys {

    private static final Algorithm ALGORITHM = JWSAlgorithm.ES256;
    private static final String KIND = "/token/";

    /**
     * How long a key is published before it signs: longer than anybody keeps a key set without looking again, so that no token is of a key
     * that its reader cannot know.
     */
    public static final Duration PUBLISHED_AHEAD = Duration.ofMinutes(10);

    /** How long a key stays published after it signed last: longer than its last token lives. */
    public static final Duration PUBLISHED_AFTER = Duration.ofHours(1);

    private final Pkcs12File file;
    private final Map<String, ECKey> cache = new ConcurrentHashMap<>();

    private TokenKeys(Pkcs12File file) {
        this.file = file;
    }

    /**
     * Opens {@code tokens.p12} in a folder; it is made with the first key.
     *
     * @throws RefusedException INVALID_CONFIGURATION when it is damaged, readable by others, or of another password
     */
    public static TokenKeys open(Path dir, char[] password) {
        Pkcs12File file = new Pkcs12File(dir.resolve("tokens.p12"), password);
        file.refresh();
        return new TokenKeys(file);
    }

    /**
     * Makes a further key for a tenant and returns the tenant's public key set, which has the older keys too. A tenant's first key signs at
     * once, a further one when it has been published for {@link #PUBLISHED_AHEAD}.
     */
    public String createFor(TenantId tenant, Instant now) {
        byte[] jwk = generate(now).toJSONString().getBytes(StandardCharsets.UTF_8);
        file.update((store, password) -> {
            int next = aliases(Collections.list(store.aliases()).stream(), tenant).stream()
                            .mapToInt(alias -> number(alias, tenant))
                            .max()
                            .orElse(0)
                    + 1;
            store.setEntry(
                    tenant + KIND + next,
                    new KeyStore.SecretKeyEntry(new SecretKeySpec(jwk, "AES")),
                    new KeyStore.PasswordProtection(password));
        });
        return publicJwks(tenant);
    }

    /** Destroys the keys whose successor has signed for so long that no token of theirs is left; returns how many these were. */
    public int retire(TenantId tenant, Instant now) {
        List<String> newestFirst = aliases(file.aliases().stream(), tenant);
        Instant before = now.minus(PUBLISHED_AHEAD).minus(PUBLISHED_AFTER);
        List<String> old = newestFirst.stream()
                .dropWhile(alias -> madeAt(key(alias)).isAfter(before))
                .skip(1)
                .toList();
        if (!old.isEmpty()) {
            file.update((store, password) -> {
                for (String alias : old) {
                    store.deleteEntry(alias);
                }
            });
            old.forEach(cache::remove);
        }
        return old.size();
    }

    /**
     * The public keys of a tenant's issuer as a JWK set, newest first.
     *
     * @throws RefusedException TENANT_UNKNOWN when it has none
     */
    public String publicJwks(TenantId tenant) {
        List<String> aliases = aliases(file.aliases().stream(), tenant);
        if (aliases.isEmpty()) {
            throw missing(tenant);
        }
        List<JWK> keys = aliases.stream().map(this::key).map(JWK.class::cast).toList();
        return new JWKSet(keys).toString(true);
    }

    /** Destroys all signing keys of a tenant. */
    public void destroy(TenantId tenant) {
        file.updateAndOverwrite((store, password) -> {
            for (String alias : aliases(Collections.list(store.aliases()).stream(), tenant)) {
                store.deleteEntry(alias);
            }
        });
        cache.keySet().removeIf(alias -> alias.startsWith(tenant + KIND));
    }

    /** When the newest key of a tenant was made; empty when it has none. */
    public Optional<Instant> newestSince(TenantId tenant) {
        return aliases(file.aliases().stream(), tenant).stream().findFirst().map(alias -> madeAt(key(alias)));
    }

    /** The newest key that was published for long enough; a tenant that has none such signs with its oldest. */
    ECKey signing(TenantId tenant, Instant now) {
        List<ECKey> newestFirst =
                aliases(file.aliases().stream(), tenant).stream().map(this::key).toList();
        if (newestFirst.isEmpty()) {
            throw missing(tenant);
        }
        return newestFirst.stream()
                .filter(key -> !madeAt(key).isAfter(now.minus(PUBLISHED_AHEAD)))
                .findFirst()
                .orElseGet(() -> newestFirst.get(newestFirst.size() - 1));
    }

    private static Instant madeAt(ECKey key) {
        return key.getIssueTime() == null ? Instant.EPOCH : key.getIssueTime().toInstant();
    }

    @Override
    public String toString() {
        return "TokenKeys[" + file.path() + "]";
    }

    private ECKey key(String alias) {
        return cache.computeIfAbsent(alias, this::read);
    }

    private ECKey read(String alias) {
        byte[] jwk = file.key(alias).orElseThrow().getEncoded();
        try {
            return ECKey.parse(new String(jwk, StandardCharsets.UTF_8));
        } catch (ParseException e) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "key " + alias + " of " + file.path()
                            + " is not a JWK (expected one this program wrote; restore a backup)");
        }
    }

    private static ECKey generate(Instant now) {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .provider(BouncyCastle.provider())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(ALGORITHM)
                    .keyIDFromThumbprint(true)
                    .issueTime(Date.from(now))
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("no EC key on P-256", e);
        }
    }

    /** Newest first. */
    private static List<String> aliases(Stream<String> all, TenantId tenant) {
        String prefix = tenant + KIND;
        return all.filter(alias -> alias.startsWith(prefix))
                .sorted(Comparator.comparingInt((String alias) -> number(alias, tenant))
                        .reversed())
                .toList();
    }

    private static int number(String alias, TenantId tenant) {
        return Integer.parseInt(alias.substring((tenant + KIND).length()));
    }

    private static RefusedException missing(TenantId tenant) {
        return new RefusedException(
                Refusal.TENANT_UNKNOWN,
                "tenant " + tenant + " has no token key here (expected one since it was created)");
    }
}
