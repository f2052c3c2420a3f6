package org.dmsc.tenant.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FabricDomainTest {

    private static final FabricDomain DOMAIN = new FabricDomain("fabric.example.com");

    @Test
    void aHostNamesItsTenantInWhateverCase() {
        assertThat(DOMAIN.host(new TenantId("acme"))).isEqualTo("acme.fabric.example.com");
        assertThat(DOMAIN.tenantOfHost("acme.fabric.example.com")).contains(new TenantId("acme"));
        assertThat(DOMAIN.tenantOfHost("ACME.Fabric.example.com")).contains(new TenantId("acme"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                "127.0.0.1",
                "fabric.example.com",
                ".fabric.example.com",
                "platform.fabric.example.com",
                "a.b.fabric.example.com",
                "acme.fabric.example.com.",
                "acme.fabric.example.com.evil",
                "acmefabric.example.com",
                "acme_2.fabric.example.com",
                "-acme.fabric.example.com",
                "acme@x.fabric.example.com",
                "İ.fabric.example.com"
            })
    void otherHostsNameNoTenant(String host) {
        assertThat(DOMAIN.tenantOfHost(host)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "a.", ".a", "Fabric.example.com", "a..b", "a_b.c", "a b", "-a.b", "a:8443", "a/b"})
    void refusesWhatIsNoDomain(String value) {
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> new FabricDomain(value));
    }
}
