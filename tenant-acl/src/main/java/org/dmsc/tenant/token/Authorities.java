package org.dmsc.tenant.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.jwk.JWKSet;
import java.net.URI;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.TenantRecord;

/**
 * Whose token it is, by its {@code iss} and {@code aud} exactly as configured. An issuer may be believed by several tenants: then the audience
 * decides, or the host that was dialled; if both leave it open, the token counts for nobody. Thread-safe, never blocks.
 */
final class Authorities {

    private static final String SCHEME = "https://";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final int MOST_ISSUERS = 1_000;

    private final TokenSources sources;
    private final Map<TenantId, BuiltInAuthority> builtIn = new ConcurrentHashMap<>();

    /** Which tenants believe an issuer: hostile tokens must not make us ask all of them each time. */
    private final Cache<String, List<TenantId>> believers = Caffeine.newBuilder()
            .maximumSize(MOST_ISSUERS)
            .expireAfterWrite(LOOK_AGAIN)
            .build();

    Authorities(TokenSources sources) {
        this.sources = sources;
    }

    /**
     * The one issuer that a token can be of.
     *
     * @param dialled the tenant whose host the peer dialled
     * @throws RefusedException UNAUTHENTICATED; UNAVAILABLE when it is an outside issuer whose keys are not known yet
     */
    TokenAuthority of(String issuer, String audience, Optional<TenantId> dialled) throws ParseException {
        if (isOurs(issuer)) {
            return builtIn(issuer);
        }
        List<OutsideAuthority> found = believers(issuer, dialled).stream()
                .flatMap(tenant -> outside(tenant, issuer, audience).stream())
                .toList();
        if (found.size() != 1) {
            throw TokenRules.refused(
                    found.isEmpty()
                            ? "is of an issuer that is not known here"
                            : "is of an issuer and for an audience that several tenants have; dial the tenant's host");
        }
        return found.get(0);
    }

    private boolean isOurs(String issuer) {
        return issuer.startsWith(SCHEME) && sources.domain().covers(issuer.substring(SCHEME.length()));
    }

    private BuiltInAuthority builtIn(String issuer) throws ParseException {
        TenantRecord record = sources.domain()
                .tenantOfHost(issuer.substring(SCHEME.length()))
                .flatMap(sources.tenants()::find)
                .filter(tenant -> tenant.getTokenIssuer().equals(issuer))
                .orElseThrow(() -> TokenRules.refused("is of an issuer that is not known here"));
        TenantId tenant = new TenantId(record.getTenant());
        BuiltInAuthority known = builtIn.get(tenant);
        if (known != null && known.generation() == record.getGeneration()) {
            return known;
        }
        BuiltInAuthority read = new BuiltInAuthority(
                tenant,
                record.getGeneration(),
                JWKSet.parse(record.getTokenKeys()),
                sources.domain(),
                sources.tenants());
        builtIn.put(tenant, read);
        return read;
    }

    private List<TenantId> believers(String issuer, Optional<TenantId> dialled) {
        List<TenantId> all = believers.get(issuer, this::believers);
        return dialled.isEmpty()
                ? all
                : all.stream().filter(dialled.get()::equals).toList();
    }

    private List<TenantId> believers(String issuer) {
        return sources.tenants().all().stream()
                .map(record -> new TenantId(record.getTenant()))
                .filter(tenant -> sources.outside().of(tenant).stream()
                        .anyMatch(known -> known.issuer().equals(issuer)))
                .toList();
    }

    private Optional<OutsideAuthority> outside(TenantId tenant, String issuer, String audience) {
        return sources.outside().of(tenant).stream()
                .filter(known ->
                        known.issuer().equals(issuer) && known.audience().equals(audience))
                .filter(known -> isItsOwn(tenant, known.audience()))
                .findFirst()
                .map(known -> new OutsideAuthority(tenant, known, keys(tenant, known), sources));
    }

    /** No tenant can take what is meant for another tenant's host. */
    private boolean isItsOwn(TenantId tenant, String audience) {
        try {
            String host = URI.create(audience).getHost();
            return host == null
                    || !sources.domain().covers(host)
                    || host.equals(sources.domain().host(tenant));
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private KeySet keys(TenantId tenant, OutsideIssuer issuer) {
        return sources.outsideKeys().known(tenant, issuer).orElseThrow(() -> {
            sources.outsideKeys().missed(tenant, issuer);
            return new RefusedException(
                    Refusal.UNAVAILABLE,
                    "token: the keys of its issuer are not known yet (expected to try again in a second; if it stays, see the log for"
                            + " why they cannot be fetched)");
        });
    }
}
