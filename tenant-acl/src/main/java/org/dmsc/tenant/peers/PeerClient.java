package org.dmsc.tenant.peers;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.dmsc.tenant.pki.IssuedIdentity;

/** Makes HTTP clients that show this process's certificate of now. Thread-safe. */
public final class PeerClient {

    private final Supplier<IssuedIdentity> identity;
    private final NodeTrust trust;
    private final Duration connectWithin;
    private Optional<Speaking> speaking = Optional.empty();

    /** A client stays with the certificate that its connections were made with. */
    private record Speaking(IssuedIdentity as, HttpClient client) {}

    /** @param trust who is taken for the one that is asked */
    public PeerClient(Supplier<IssuedIdentity> identity, NodeTrust trust, Duration connectWithin) {
        this.identity = identity;
        this.trust = trust;
        this.connectWithin = connectWithin;
    }

    /** For one question; another one after the certificate was renewed. */
    public synchronized HttpClient now() {
        IssuedIdentity now = identity.get();
        if (speaking.isPresent() && speaking.get().as().equals(now)) {
            return speaking.get().client();
        }
        HttpClient made = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .sslContext(NodeTls.context(() -> now, trust))
                .connectTimeout(connectWithin)
                .build();
        speaking = Optional.of(new Speaking(now, made));
        return made;
    }
}
