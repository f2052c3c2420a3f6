package org.dmsc.bridge.http;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.dmsc.bridge.core.a2a.ErrorProfile;
import org.dmsc.tenant.identity.FabricDomain;

/**
 * Where and how the HTTP edge listens.
 *
 * @param host address to bind, e.g. {@code 127.0.0.1} or {@code 0.0.0.0}
 * @param port 0 for any free one
 * @param maxBodyBytes largest request body and largest single answer of an agent
 * @param bodyPatience how long a client may take to send its request
 * @param heartbeat interval of comments on quiet event streams
 * @param streamIdle a stream that says nothing for so long is closed; the task goes on
 * @param version of this build, shown in the gateway's card
 * @param profile which edition of A2A 1.0 this listener follows where they differ
 * @param manners towards slow clients, browsers, and those who are there when it closes
 * @param authorities an edge that enrols, issues tokens and serves operators, for those who ask an edge that does not
 */
public record EdgeSettings(
        FabricDomain domain,
        String host,
        int port,
        int maxBodyBytes,
        Duration bodyPatience,
        Duration heartbeat,
        Duration streamIdle,
        String version,
        ErrorProfile profile,
        Manners manners,
        Optional<URI> authorities) {

    private static final int TEN_MEBIBYTES = 10 * 1024 * 1024;

    public EdgeSettings {
        if (port < 0 || port > 65535) {
            throw new IllegalArgumentException("http port: " + port + " (expected 0 to 65535)");
        }
        if (maxBodyBytes < 1024) {
            throw new IllegalArgumentException("http max body: " + maxBodyBytes + " (expected at least 1024)");
        }
    }

    /** The usual limits. */
    public static EdgeSettings of(FabricDomain domain, String host, int port, String version) {
        return new EdgeSettings(
                domain,
                host,
                port,
                TEN_MEBIBYTES,
                Duration.ofSeconds(30),
                Duration.ofSeconds(15),
                Duration.ofMinutes(15),
                version,
                ErrorProfile.V1_0_1,
                Manners.USUAL,
                Optional.empty());
    }

    /** The same with another limit of bodies. */
    public EdgeSettings withMaxBodyBytes(int bytes) {
        return new EdgeSettings(
                domain, host, port, bytes, bodyPatience, heartbeat, streamIdle, version, profile, manners, authorities);
    }

    /** The same, following another edition. */
    public EdgeSettings withProfile(ErrorProfile other) {
        return new EdgeSettings(
                domain,
                host,
                port,
                maxBodyBytes,
                bodyPatience,
                heartbeat,
                streamIdle,
                version,
                other,
                manners,
                authorities);
    }

    /** The same, knowing an edge that has the fabric's keys. */
    public EdgeSettings withAuthorities(Optional<URI> edge) {
        return new EdgeSettings(
                domain, host, port, maxBodyBytes, bodyPatience, heartbeat, streamIdle, version, profile, manners, edge);
    }

    /** The same with other manners. */
    public EdgeSettings withManners(Manners other) {
        return new EdgeSettings(
                domain,
                host,
                port,
                maxBodyBytes,
                bodyPatience,
                heartbeat,
                streamIdle,
                version,
                profile,
                other,
                authorities);
    }
}
