package org.dmsc.tenant.token;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jwt.JWTClaimsSet;
import java.text.ParseException;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;

/** An issuer of one tenant, as it is now: what its tokens must look like, its keys, and whom they name. */
interface TokenAuthority {

    TenantId tenant();

    FabricDomain domain();

    Set<SigningAlgorithm> algorithms();

    Set<String> types();

    String audience();

    /**
     * The key of that id.
     *
     * @throws org.dmsc.schemas.RefusedException UNAVAILABLE when its keys are not known yet
     */
    Optional<JWK> key(String keyId);

    /** The agent of its tenant that a token stands for. */
    Optional<AgentRef> agent(JWTClaimsSet claims) throws ParseException;

    /** Whether what was accepted under it still counts: neither the issuer nor its keys nor its tenant changed. */
    boolean isCurrent();
}
