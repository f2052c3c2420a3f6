package org.dmsc.tenant.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;

/** An issuer outside of the fabric, believed by one tenant. */
record OutsideAuthority(TenantId tenant, OutsideIssuer issuer, KeySet keys, TokenSources sources)
        implements TokenAuthority {

    @Override
    public FabricDomain domain() {
        return sources.domain();
    }

    @Override
    public Set<SigningAlgorithm> algorithms() {
        return issuer.algorithms();
    }

    @Override
    public Set<String> types() {
        return issuer.types();
    }

    @Override
    public String audience() {
        return issuer.audience();
    }

    @Override
    public Optional<JWK> key(String keyId) {
        Optional<JWK> found = keys.find(keyId);
        if (found.isEmpty()) {
            sources.outsideKeys().missed(tenant, issuer);
        }
        return found;
    }

    @Override
    public Optional<AgentRef> agent(JWTClaimsSet claims) throws ParseException {
        return Optional.ofNullable(claims.getStringClaim(issuer.subject().claim()))
                .flatMap(issuer.subject()::agentOf)
                .map(agent -> new AgentRef(tenant, agent));
    }

    @Override
    public boolean isCurrent() {
        return sources.outside().of(tenant).contains(issuer)
                && sources.outsideKeys()
                        .known(tenant, issuer)
                        .filter(now -> now.keys().equals(keys.keys()))
                        .isPresent();
    }
}
