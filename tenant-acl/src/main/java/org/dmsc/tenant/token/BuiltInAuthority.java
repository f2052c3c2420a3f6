package org.dmsc.tenant.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jwt.JWTClaimsSet;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;

/** The fabric's own issuer of a tenant: its keys are in the tenant's record. */
record BuiltInAuthority(TenantId tenant, long generation, JWKSet keys, FabricDomain domain, Tenants tenants)
        implements TokenAuthority {

    @Override
    public Set<SigningAlgorithm> algorithms() {
        return Set.of(SigningAlgorithm.ES256);
    }

    @Override
    public Set<String> types() {
        return Set.of(TokenClaims.TYPE);
    }

    @Override
    public String audience() {
        return TokenClaims.issuer(domain, tenant);
    }

    @Override
    public Optional<JWK> key(String keyId) {
        return Optional.ofNullable(keys.getKeyByKeyId(keyId));
    }

    @Override
    public Optional<AgentRef> agent(JWTClaimsSet claims) {
        return Optional.ofNullable(claims.getSubject())
                .flatMap(text -> SpiffeId.parse(text).agentRef(domain))
                .filter(found -> found.tenant().equals(tenant));
    }

    @Override
    public boolean isCurrent() {
        return tenants.find(tenant)
                .filter(record -> record.getGeneration() == generation)
                .isPresent();
    }
}
