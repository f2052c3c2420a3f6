package org.dmsc.tenant.dpop;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a request goes, as a proof says it: {@code htu} without query and fragment, which are not compared (RFC 9449 4.3, check 9), in the one
 * spelling that RFC 3986 6.2.2 and 6.2.3 give it.
 *
 * @param host in lower case; of an IPv6 address in full, without brackets, as certificates have it
 * @param path with capital hex digits, and nothing encoded that need not be
 */
record TargetUri(String host, int port, String path) {

    private static final String SCHEME = "https";
    private static final int USUAL_PORT = 443;
    private static final int LAST_PORT = 65_535;
    private static final String UNRESERVED = "-._~";

    /** Reads an absolute https URI without user information; empty for anything else. */
    static Optional<TargetUri> parse(String text) {
        try {
            URI uri = new URI(text);
            if (!SCHEME.equalsIgnoreCase(uri.getScheme())
                    || uri.getHost() == null
                    || uri.getRawUserInfo() != null
                    || uri.getPort() > LAST_PORT) {
                return Optional.empty();
            }
            return Optional.of(new TargetUri(
                    host(uri.getHost()),
                    uri.getPort() < 0 ? USUAL_PORT : uri.getPort(),
                    spelled(uri.getRawPath().isEmpty() ? "/" : uri.getRawPath())));
        } catch (URISyntaxException | UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static String host(String named) throws UnknownHostException {
        // A literal, so nothing is looked up.
        return named.startsWith("[") ? InetAddress.getByName(named).getHostAddress() : named.toLowerCase(Locale.ROOT);
    }

    /** A path in that spelling; percent signs that encode nothing stay. */
    static String spelled(String path) {
        if (path.indexOf('%') < 0) {
            return path;
        }
        StringBuilder spelled = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            int encoded = path.charAt(i) == '%' && i + 2 < path.length() ? hex(path, i + 1) : -1;
            if (encoded < 0) {
                spelled.append(path.charAt(i));
            } else {
                spelled.append(
                        isUnreserved(encoded)
                                ? String.valueOf((char) encoded)
                                : path.substring(i, i + 3).toUpperCase(Locale.ROOT));
                i += 2;
            }
        }
        return spelled.toString();
    }

    private static int hex(String text, int at) {
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static boolean isUnreserved(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || UNRESERVED.indexOf(c) >= 0;
    }
}
