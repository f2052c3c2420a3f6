package org.dmsc.tenant.fetch;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How an answer may be asked for again (RFC 9110 8.8, RFC 9111 5.2). What comes from outside and is not of the form that the standard has is left out:
 * it would be sent back as it came.
 *
 * @param tag for {@code If-None-Match}; empty when it has none
 * @param modified for {@code If-Modified-Since}; empty when it does not say
 * @param maxAge how long it says that it stays as it is
 */
public record Freshness(Optional<String> tag, Optional<String> modified, Optional<Duration> maxAge) {

    /** Nothing said: asked for again, the whole answer comes. */
    public static final Freshness UNKNOWN = new Freshness(Optional.empty(), Optional.empty(), Optional.empty());

    private static final Pattern TAG = Pattern.compile("(W/)?\"[!#-~]{0,200}\"");
    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[, ])max-age=\"?([0-9]{1,9})\"?(?:$|[, ])");
    private static final Pattern NOT_KEPT = Pattern.compile("(?:^|[, ])(?:no-store|no-cache)(?:$|[, =])");
    private static final int LONGEST = 512;

    /** From an answer's headers, each empty where it is not there. */
    public static Freshness of(String etag, String lastModified, String cacheControl) {
        return new Freshness(
                Optional.of(etag).filter(text -> TAG.matcher(text).matches()),
                Optional.of(lastModified).filter(Freshness::isDate),
                maxAge(cacheControl));
    }

    /** Whether anything can be asked for on condition. */
    public boolean isKnown() {
        return tag.isPresent() || modified.isPresent();
    }

    private static Optional<Duration> maxAge(String cacheControl) {
        String text = cacheControl.toLowerCase(Locale.ROOT);
        if (text.length() > LONGEST) {
            return Optional.empty();
        }
        if (NOT_KEPT.matcher(text).find()) {
            return Optional.of(Duration.ZERO);
        }
        Matcher found = MAX_AGE.matcher(text);
        return found.find() ? Optional.of(Duration.ofSeconds(Long.parseLong(found.group(1)))) : Optional.empty();
    }

    private static boolean isDate(String text) {
        try {
            return text.length() < "Wednesday, 01 Jan 2026 00:00:00 GMT".length()
                    && DateTimeFormatter.RFC_1123_DATE_TIME.parse(text) != null;
        } catch (DateTimeException e) {
            return false;
        }
    }
}
