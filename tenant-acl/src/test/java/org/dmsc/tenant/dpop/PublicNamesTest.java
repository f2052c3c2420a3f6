package org.dmsc.tenant.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.NodeNames;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@code htu} against what the gateway was given as its names. */
@Tag("case-58")
final class PublicNamesTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final PublicNames NAMES = new PublicNames(
            FabricDomain.DEFAULT,
            () -> new NodeNames(List.of("gw.example"), List.of("10.1.2.3", "0:0:0:0:0:0:0:1")),
            List.of(URI.create("https://agents.example.com"), URI.create("https://lb.example:9443")));

    @Test
    void holdsItsOwnNames() {
        for (String own : List.of(
                "https://acme.fabric.localhost:8443/a",
                "HTTPS://ACME.fabric.localhost:8443/a",
                "https://gw.example:8443/a",
                "https://10.1.2.3:8443/a",
                "https://[::1]:8443/a",
                "https://agents.example.com/a",
                "https://agents.example.com:443/a?query#fragment",
                "https://lb.example:9443",
                "https://acme.fabric.localhost/a")) {
            assertThat(holds(own)).as(own).isTrue();
        }
    }

    @Test
    void holdsNoOthers() {
        for (String other : List.of(
                "https://beta.fabric.localhost:8443/a",
                "https://fabric.localhost:8443/a",
                "https://acme.fabric.localhost.evil.example:8443/a",
                "https://acme.fabric.localhost:8444/a",
                "https://evil.example:8443/a",
                "https://evil.example/a",
                "https://10.1.2.4:8443/a",
                "https://[::2]:8443/a",
                "http://gw.example:8443/a",
                "https://user@gw.example:8443/a",
                "https://gw.example:8443@evil.example/a",
                "https://gw.example:99999/a",
                "https:gw.example",
                "https:///a",
                "//gw.example:8443/a",
                "gw.example:8443",
                "https://gw.example:8443\\@evil.example/",
                "https://gw.example.:8443/",
                "",
                "/a")) {
            assertThat(holds(other)).as(other).isFalse();
        }
    }

    @Test
    void spellsPathsOneWay() {
        assertThat(TargetUri.spelled("/agents/a%2db%7Ec/%c3%a9")).isEqualTo("/agents/a-b~c/%C3%A9");
        assertThat(TargetUri.spelled("/a%2Fb")).isEqualTo("/a%2Fb");
        assertThat(TargetUri.spelled("/a%2")).isEqualTo("/a%2");
        assertThat(TargetUri.spelled("/%zz%")).isEqualTo("/%zz%");
        assertThat(TargetUri.parse("https://a").orElseThrow().path()).isEqualTo("/");
    }

    @Test
    void refusesUrlsThatNameMoreThanAHost() {
        for (String url : List.of(
                "http://a.example",
                "https://a.example/",
                "https://a.example/x",
                "https://u@a.example",
                "https:a",
                "a")) {
            assertThatThrownBy(() -> PublicNames.requireUrl(URI.create(url)))
                    .as(url)
                    .isInstanceOf(RefusedException.class);
        }
    }

    private static boolean holds(String htu) {
        return TargetUri.parse(htu)
                .filter(target -> NAMES.hold(target, ACME, 8443))
                .isPresent();
    }
}
