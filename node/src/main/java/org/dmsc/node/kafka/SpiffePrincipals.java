package org.dmsc.node.kafka;

import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.security.auth.AuthenticationContext;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.KafkaPrincipalBuilder;
import org.apache.kafka.common.security.auth.KafkaPrincipalSerde;
import org.apache.kafka.common.security.auth.SslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.dmsc.tenant.fence.KafkaRole;

/**
 * Makes a Kafka principal of the one SPIFFE id in a client's certificate: nodes become {@code User:node-<kind>} (one principal per role,
 * whatever the process), everybody else {@code User:<SPIFFE id>}. Kafka makes it by its name, hence public.
 */
public final class SpiffePrincipals implements KafkaPrincipalBuilder, KafkaPrincipalSerde {

    /** The broker itself, and the people who run the fabric. Everybody else, the fabric's own processes too, has ACLs. */
    static final String SUPER_USERS = KafkaRole.BROKER.principal() + ";User:" + KafkaRole.NODE + "operator";

    private static final int URI_NAME = 6;
    private static final String PLATFORM = "platform.";

    private final DefaultKafkaPrincipalBuilder standard = new DefaultKafkaPrincipalBuilder(null, null);

    @Override
    public KafkaPrincipal build(AuthenticationContext context) {
        if (!(context instanceof SslAuthenticationContext tls)) {
            return KafkaPrincipal.ANONYMOUS;
        }
        try {
            X509Certificate leaf = (X509Certificate) tls.session().getPeerCertificates()[0];
            // TLS asks no trust manager when a session is resumed: it may have ended since.
            leaf.checkValidity();
            return new KafkaPrincipal(KafkaPrincipal.USER_TYPE, name(spiffeId(leaf)));
        } catch (SSLPeerUnverifiedException | CertificateException e) {
            throw new AuthenticationException(
                    "client certificate: " + e.getMessage() + " (expected one in force, with one SPIFFE id)", e);
        }
    }

    private static URI spiffeId(X509Certificate leaf) throws CertificateParsingException {
        List<URI> ids = Optional.ofNullable(leaf.getSubjectAlternativeNames()).stream()
                .flatMap(java.util.Collection::stream)
                .filter(san -> san.get(0).equals(URI_NAME))
                .map(san -> URI.create((String) san.get(1)))
                .toList();
        if (ids.size() != 1 || !"spiffe".equals(ids.get(0).getScheme())) {
            throw new AuthenticationException("client certificate: URI names " + ids + " (expected one SPIFFE id)");
        }
        return ids.get(0);
    }

    private static String name(URI id) {
        String path = Optional.ofNullable(id.getPath()).orElse("");
        String[] parts = path.split("/", -1);
        boolean platform = Optional.ofNullable(id.getHost()).orElse("").startsWith(PLATFORM);
        return platform && parts.length == 3 ? KafkaRole.NODE + parts[1] : id.toString();
    }

    @Override
    public byte[] serialize(KafkaPrincipal principal) {
        return standard.serialize(principal);
    }

    @Override
    public KafkaPrincipal deserialize(byte[] bytes) {
        return standard.deserialize(bytes);
    }
}
