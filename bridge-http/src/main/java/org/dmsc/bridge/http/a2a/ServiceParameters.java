package org.dmsc.bridge.http.a2a;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.dmsc.bridge.core.a2a.DelegationExtension;
import org.dmsc.bridge.core.a2a.PublishedCards;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * What goes beside a request: HTTP headers, or gRPC metadata of the same names.
 *
 * @param version {@code A2A-Version}; absent means 0.3
 * @param extensions URIs that the caller wants to use
 * @param traceparent W3C trace context, when it is well-formed
 * @param lastEventId the last event that the caller has of a stream it comes back to
 */
public record ServiceParameters(
        Optional<String> version, List<String> extensions, Optional<String> traceparent, Optional<String> lastEventId) {

    /** With it a stream's events name themselves in their metadata, for bindings that have no other place for that. */
    public static final String RESUME_EXTENSION = PublishedCards.RESUME_EXTENSION;

    private static final Pattern OLD = Pattern.compile("0\\.3(\\.[0-9]+)?");
    private static final Pattern SPOKEN = Pattern.compile("1\\.0(\\.[0-9]+)?");
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final int MOST_EXTENSIONS = 32;
    private static final int LONGEST_ID = 128;

    public ServiceParameters {
        extensions = List.copyOf(extensions);
    }

    /** Read from headers, all of one name joined with commas, as HTTP and gRPC both mean them. */
    public static ServiceParameters of(Function<String, Optional<String>> headers) {
        return new ServiceParameters(
                headers.apply("a2a-version"),
                headers.apply("a2a-extensions")
                        .or(() -> headers.apply("x-a2a-extensions"))
                        .map(ServiceParameters::split)
                        .orElse(List.of()),
                headers.apply("traceparent")
                        .filter(value -> TRACEPARENT.matcher(value).matches()),
                headers.apply("last-event-id").filter(id -> id.length() <= LONGEST_ID));
    }

    /** The same with a version that was named elsewhere, unless a header names one. */
    public ServiceParameters orVersion(Optional<String> elsewhere) {
        return new ServiceParameters(version.or(() -> elsewhere), extensions, traceparent, lastEventId);
    }

    /** Whether this is a caller of 0.3: that version had no word for itself. */
    public boolean old() {
        return version.isEmpty() || OLD.matcher(version.get()).matches();
    }

    /** The same for a request that was translated. */
    public ServiceParameters upgraded() {
        return new ServiceParameters(Optional.of("1.0"), extensions, traceparent, lastEventId);
    }

    /**
     * A2A 1.0, whatever its patch level.
     *
     * @throws RefusedException UNSUPPORTED_VERSION
     */
    public void requireVersion() {
        if (version.isEmpty()) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION,
                    "A2A-Version: is missing, which means 0.3, and 0.3 has no such operation (expected the header"
                            + " 'A2A-Version: 1.0')");
        }
        if (!SPOKEN.matcher(version.get()).matches()) {
            throw new RefusedException(
                    Refusal.UNSUPPORTED_VERSION, "A2A-Version: '" + Printable.of(version.get()) + "' (expected 1.0)");
        }
    }

    /** Of what the caller asked for, what takes effect; unknown ones are ignored, as the protocol says. */
    public List<String> activated() {
        return extensions.stream()
                .filter(uri -> uri.equals(DelegationExtension.URI) || uri.equals(RESUME_EXTENSION))
                .distinct()
                .toList();
    }

    private static List<String> split(String value) {
        return Arrays.stream(value.split(",", MOST_EXTENSIONS + 1))
                .limit(MOST_EXTENSIONS)
                .map(String::trim)
                .filter(uri -> !uri.isEmpty())
                .toList();
    }
}
