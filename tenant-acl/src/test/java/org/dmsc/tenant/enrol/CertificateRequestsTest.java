package org.dmsc.tenant.enrol;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.dmsc.schemas.AgentRef;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.identity.SpiffeId;
import org.dmsc.tenant.pki.BouncyCastle;
import org.dmsc.tenant.pki.NodeNames;
import org.dmsc.tenant.testing.Refusals;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Case 20 of security.md. */
final class CertificateRequestsTest {

    private static final SpiffeId BILLING = SpiffeId.agent(FabricDomain.DEFAULT, AgentRef.of("acme", "billing"));
    private static final Invitation ASSIGNED =
            new Invitation("", BILLING, NodeNames.NONE, Duration.ofHours(1), Instant.EPOCH);

    @ParameterizedTest
    @CsvSource({"EC,256,SHA256withECDSA", "EC,384,SHA384withECDSA", "Ed25519,0,Ed25519", "RSA,3072,SHA256withRSA"})
    void takesKeysThatAreStrongEnough(String type, int bits, String algorithm) throws Exception {
        KeyPair pair = pair(type, bits);

        CertificateRequests.Proven proven =
                CertificateRequests.check(request(pair, pair, algorithm, List.of()), ASSIGNED);

        assertThat(proven.key().getEncoded()).isEqualTo(pair.getPublic().getEncoded());
        assertThat(proven.sha256())
                .isEqualTo(OneTimeTokens.sha256(pair.getPublic().getEncoded()));
    }

    @ParameterizedTest
    @CsvSource({"RSA,1024,SHA256withRSA", "RSA,2048,SHA256withRSA", "EC,521,SHA256withECDSA", "DSA,2048,SHA256withDSA"})
    @DisplayName("case 20: 1024-bit RSA and other weak or unwanted keys -> 400")
    void refusesOtherKeys(String type, int bits, String algorithm) throws Exception {
        KeyPair pair = pair(type, bits);

        refused(Refusal.INVALID_REQUEST, request(pair, pair, algorithm, List.of()));
    }

    @Test
    @DisplayName("case 20: bad proof of possession -> 400")
    void refusesAKeyThatIsNotTheSenders() throws Exception {
        refused(Refusal.INVALID_REQUEST, request(pair("EC", 256), pair("EC", 256), "SHA256withECDSA", List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://beta.fabric.localhost/agent/billing",
                "spiffe://acme.fabric.localhost/agent/support",
                "spiffe://acme.fabric.localhost/agent/billing/",
                "https://acme.fabric.localhost/"
            })
    @DisplayName("case 20: a CSR that asks for another URI -> 400")
    void refusesAnotherUri(String uri) throws Exception {
        refused(Refusal.INVALID_REQUEST, withName(new GeneralName(GeneralName.uniformResourceIdentifier, uri)));
    }

    @Test
    void takesTheUriAndTheHostThatAreAssigned() throws Exception {
        byte[] uri = withName(new GeneralName(GeneralName.uniformResourceIdentifier, BILLING.uri()));
        byte[] dns = withName(new GeneralName(GeneralName.dNSName, "acme.fabric.localhost"));

        assertThat(CertificateRequests.check(uri, ASSIGNED)).isNotNull();
        assertThat(CertificateRequests.check(dns, ASSIGNED)).isNotNull();
    }

    @Test
    void refusesOtherTypesOfNames() throws Exception {
        refused(Refusal.INVALID_REQUEST, withName(new GeneralName(GeneralName.dNSName, "beta.fabric.localhost")));
        refused(Refusal.INVALID_REQUEST, withName(new GeneralName(GeneralName.iPAddress, "10.0.0.1")));
        refused(Refusal.INVALID_REQUEST, withName(new GeneralName(GeneralName.rfc822Name, "a@acme.example")));
    }

    @Test
    @DisplayName("case 20: CA:TRUE, or the usage of a CA -> 400")
    void refusesARequestForACa() throws Exception {
        refused(
                Refusal.INVALID_REQUEST,
                withExtension(
                        new Extension(Extension.basicConstraints, true, new BasicConstraints(true).getEncoded())));
        refused(
                Refusal.INVALID_REQUEST,
                withExtension(
                        new Extension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign).getEncoded())));
    }

    @Test
    @DisplayName("case 20: 16 KiB and more -> 413; garbage -> 400; always a refusal, never a fault")
    void refusesGarbage() throws Exception {
        refused(Refusal.TOO_LARGE, new byte[CertificateRequests.MOST_BYTES + 1]);
        KeyPair pair = pair("EC", 256);
        byte[] good = request(pair, pair, "SHA256withECDSA", List.of());
        for (byte[] bad : List.of(
                new byte[0],
                new byte[] {0x30, (byte) 0x80, 0x30, (byte) 0x80},
                new byte[] {0x30, (byte) 0x84, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xff},
                java.util.Arrays.copyOf(good, good.length - 1),
                java.util.Arrays.copyOf(good, good.length + 1))) {
            refused(Refusal.INVALID_REQUEST, bad);
        }
        java.util.Random seeded = new java.util.Random(7);
        for (int i = 0; i < 2_000; i++) {
            byte[] flipped = good.clone();
            flipped[seeded.nextInt(good.length)] ^= (byte) (1 << seeded.nextInt(8));
            requireRefusedOrTheSameKey(flipped, pair);
        }
    }

    /** A bit that says nothing, such as padding, may be flipped without harm. */
    private static void requireRefusedOrTheSameKey(byte[] request, KeyPair pair) {
        try {
            assertThat(CertificateRequests.check(request, ASSIGNED).sha256())
                    .isEqualTo(OneTimeTokens.sha256(pair.getPublic().getEncoded()));
        } catch (RefusedException e) {
            assertThat(e.refusal()).isEqualTo(Refusal.INVALID_REQUEST);
        }
    }

    private static byte[] withName(GeneralName name) throws Exception {
        return withExtension(
                new Extension(Extension.subjectAlternativeName, false, new GeneralNames(name).getEncoded()));
    }

    private static byte[] withExtension(Extension extension) throws Exception {
        KeyPair pair = pair("EC", 256);
        return request(pair, pair, "SHA256withECDSA", List.of(extension));
    }

    private static byte[] request(KeyPair named, KeyPair signing, String algorithm, List<Extension> extensions)
            throws Exception {
        PKCS10CertificationRequestBuilder builder =
                new JcaPKCS10CertificationRequestBuilder(new X500Name("O=evil,CN=root"), named.getPublic());
        if (!extensions.isEmpty()) {
            ExtensionsGenerator generator = new ExtensionsGenerator();
            for (Extension extension : extensions) {
                generator.addExtension(extension);
            }
            builder.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, generator.generate());
        }
        return builder.build(new JcaContentSignerBuilder(algorithm)
                        .setProvider(BouncyCastle.provider())
                        .build(signing.getPrivate()))
                .getEncoded();
    }

    private static KeyPair pair(String type, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(type, BouncyCastle.provider());
        if (bits > 0) {
            generator.initialize(bits, new SecureRandom());
        }
        return generator.generateKeyPair();
    }

    private static void refused(Refusal refusal, byte[] request) {
        Refusals.assertRefused(refusal, () -> CertificateRequests.check(request, ASSIGNED));
    }
}
