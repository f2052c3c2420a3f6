package org.dmsc.tenant.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dmsc.tenant.testing.Refusals.assertRefused;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.stream.Stream;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.TenantId;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be called: cases 78 to 80 of security.md. */
final class FetchRulesTest {

    private static final TenantId ACME = new TenantId("acme");
    private static final FetchRules RULES = new FetchRules(FetchPolicy.PUBLIC, HostPolicy.any());

    @ParameterizedTest
    @Tag("case-78")
    @DisplayName("case 78: addresses inside, in every spelling")
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0x7f.1",
                "0x7f000001",
                "0177.0.0.1",
                "0.0.0.0",
                "169.254.169.254",
                "[::1]",
                "[::]",
                "[::ffff:127.0.0.1]",
                "[::ffff:7f00:1]",
                "10.0.0.1",
                "172.31.0.1",
                "192.168.1.1",
                "[::ffff:169.254.169.254]",
                "127.0.0.1.",
                "1",
                "017700000001",
                "[fe80::1%25lo]"
            })
    void refusesAddressesInside(String host) {
        assertRefused(Refusal.ADDRESS_NOT_ALLOWED, () -> permit("https://" + host + "/card.json"));
    }

    @ParameterizedTest
    @Tag("case-79")
    @DisplayName("case 79: the ranges that Java's helpers miss")
    @ValueSource(
            strings = {
                "[fc00::1]",
                "[fdff:ffff::1]",
                "100.64.0.1",
                "100.127.255.255",
                "198.18.0.1",
                "198.19.255.255",
                "240.0.0.1",
                "255.255.255.255",
                "0.1.2.3",
                "192.0.0.1",
                "192.0.0.255",
                "[64:ff9b::7f00:1]",
                "[64:ff9b:1::1]",
                "[2002:7f00:1::]",
                "[2002:a9fe:a9fe::1]",
                "[::7f00:1]",
                "[2001::1]",
                "[2001:db8::1]",
                "192.0.2.1",
                "198.51.100.1",
                "203.0.113.1",
                "192.88.99.1",
                "224.0.0.1",
                "[ff02::1]",
                "[fec0::1]",
                "[100::1]",
                "[5f00::1]",
                "[3fff::1]",
                "[4000::1]",
                "[2620:4f:8000::1]",
                "192.31.196.1"
            })
    void refusesEverySpecialRange(String host) {
        assertRefused(Refusal.ADDRESS_NOT_ALLOWED, () -> permit("https://" + host + "/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.0",
                "100.63.255.255",
                "100.128.0.0",
                "172.15.255.255",
                "172.32.0.0",
                "192.0.1.0",
                "198.17.255.255",
                "198.20.0.0",
                "223.255.255.255",
                "[2606:4700::1111]",
                "[2001:200::1]"
            })
    void allowsTheNeighboursOfSpecialRanges(String host) throws Exception {
        assertThat(permit("https://" + host + "/").exception()).isEmpty();
    }

    @ParameterizedTest
    @Tag("case-80")
    @DisplayName("case 80: other schemes, users, ports")
    @ValueSource(
            strings = {
                "http://example.com/",
                "https://a@example.com/",
                "https://a:b@example.com/",
                "http://a@b",
                "file:///etc/passwd",
                "gopher://example.com/",
                "ftp://example.com/",
                "jar:https://example.com!/x",
                "https://example.com:22/",
                "https://example.com:9092/",
                "https://example.com:0/",
                "https://example.com:65536/",
                "//example.com/",
                "https:///x",
                "https://",
                "https://exa mple.com/",
                "https://example.com/#x",
                "https://example.com:/",
                "https://example.com\\@127.0.0.1/",
                "https://ex%61mple.com/",
                "https://example.com/\r\nHost:a",
                "HTTPS:x",
                "https://[::1",
                "https://１２７.0.0.1/",
                "https://ⓔxample.com/",
                "https://example.com/a\u0000b"
            })
    void refusesOtherUrls(String url) {
        assertRefused(Refusal.ADDRESS_NOT_ALLOWED, () -> permit(url));
    }

    @Test
    @Tag("case-80")
    @DisplayName("case 80: one address inside among many is enough")
    void refusesANameThatAlsoLeadsInside() throws Exception {
        Destination place = Destination.of("https://example.com/");
        InetAddress outside = InetAddress.getByName("93.184.215.14");
        InetAddress inside = InetAddress.getByName("10.0.0.7");

        assertRefused(Refusal.ADDRESS_NOT_ALLOWED, () -> RULES.permit(place, List.of(outside, inside)));
        assertRefused(Refusal.FETCH_FAILED, () -> RULES.permit(place, List.of()));
        assertThat(RULES.permit(place, List.of(InetAddress.getByName("2606:4700::1"), outside))
                        .address())
                .as("IPv4 first")
                .isEqualTo(outside);
    }

    @Test
    void aTenantsPolicyNamesItsHosts() {
        FetchRules own = new FetchRules(FetchPolicy.PUBLIC, (tenant, host) -> host.equals("idp.example.com"));

        own.requirePlace(ACME, Destination.of("https://IDP.example.com/"));
        assertRefused(
                Refusal.ADDRESS_NOT_ALLOWED,
                () -> own.requirePlace(ACME, Destination.of("https://other.example.com/")));
    }

    @Test
    void theConfigurationCanAllowPrivatePlaces() throws Exception {
        FetchPolicy policy =
                FetchPolicy.PUBLIC.allowing(List.of("10.1.0.0/16", "idp.corp", "[::1]:9443", "localhost:9000"));
        FetchRules rules = new FetchRules(policy, HostPolicy.any());

        assertThat(rules.permit(Destination.of("https://x.corp/"), List.of(InetAddress.getByName("10.1.2.3")))
                        .exception())
                .contains("10.0.0.0/8");
        assertRefused(
                Refusal.ADDRESS_NOT_ALLOWED,
                () -> rules.permit(Destination.of("https://x.corp/"), List.of(InetAddress.getByName("10.2.0.1"))));
        rules.permit(Destination.of("https://idp.corp/"), List.of(InetAddress.getByName("192.168.0.1")));
        rules.requirePlace(ACME, Destination.of("https://localhost:9000/"));
        rules.requirePlace(ACME, Destination.of("https://[::1]:9443/"));
        assertRefused(
                Refusal.ADDRESS_NOT_ALLOWED, () -> rules.requirePlace(ACME, Destination.of("https://idp.corp:9000/")));
        assertRefused(
                Refusal.ADDRESS_NOT_ALLOWED,
                () -> rules.permit(
                        Destination.of("https://localhost:8443/"), List.of(InetAddress.getByName("127.0.0.1"))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "/8", "10.0/8", "fc00::/129", "fc00::1/7"})
    void refusesARangeThatIsNone(String text) {
        assertRefused(Refusal.INVALID_CONFIGURATION, () -> FetchPolicy.PUBLIC.allowing(List.of(text)));
    }

    @Test
    void writesAUrlInOneWayOnly() {
        assertThat(Destination.of("https://Example.COM:443/a?b=c")).hasToString("https://example.com/a?b=c");
        assertThat(Destination.of("https://[2606:4700::1]:8443")).hasToString("https://[2606:4700::1]:8443/");
        assertThat(Destination.of("https://a.b/x").isBeside(Destination.of("https://a.b/y")))
                .isTrue();
        assertThat(Destination.of("https://a.b/x").isBeside(Destination.of("https://a.b:8443/x")))
                .isFalse();
    }

    private static FetchRules.Permission permit(String url) throws UnknownHostException {
        Destination place = Destination.of(url);
        RULES.requirePlace(ACME, place);
        return RULES.permit(
                place, Stream.of(InetAddress.getAllByName(place.host())).toList());
    }
}
