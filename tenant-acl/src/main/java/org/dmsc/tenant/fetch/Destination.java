package org.dmsc.tenant.fetch;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A place on the other side of a URL: https, one host, one port, one path. Written in one way only, so that what is checked is what is called.
 *
 * @param host a DNS name in lower case, a dotted quad, or IPv6 without brackets
 * @param path with query, begins with '/'
 */
public record Destination(String host, int port, String path) {

    private static final int HTTPS = 443;
    private static final int LONGEST = 2048;
    private static final String LABEL = "[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?";

    /** The last label of a name has a letter; {@code 127.1}, {@code 2130706433} and {@code 0x7f.1} are addresses in disguise. */
    private static final Pattern NAME = Pattern.compile("(" + LABEL + "\\.)*(?!0x)[a-z0-9-]*[a-z][a-z0-9-]*");

    private static final Pattern PATH = Pattern.compile("/[!-~&&[^\"<>\\\\^`{|}#]]*");

    public Destination {
        boolean address = Cidr.literal(host).isPresent();
        if (!address && (host.length() > 253 || !NAME.matcher(host).matches())) {
            throw refused(host, "a DNS name, or an address in its usual spelling");
        }
        if (port < 1 || port > 65535 || !PATH.matcher(path).matches()) {
            throw refused(host + ":" + port + path, "a port from 1 to 65535 and a path of printable ASCII");
        }
    }

    /**
     * Takes a URL apart.
     *
     * @throws RefusedException ADDRESS_NOT_ALLOWED for anything but {@code https://host[:port][/path][?query]}
     */
    public static Destination of(String url) {
        URI uri = uri(url);
        String host = uri.getHost();
        if (!"https".equals(uri.getScheme())
                || host == null
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null
                || uri.getRawAuthority().endsWith(":")) {
            throw refused(url, "https://host[:port]/path without user and fragment");
        }
        String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host.toLowerCase(Locale.ROOT);
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return new Destination(bare, uri.getPort() < 0 ? HTTPS : uri.getPort(), path + query);
    }

    /** The same place with another path. */
    public Destination at(String otherPath) {
        return new Destination(host, port, otherPath);
    }

    /** Whether both lie behind one host and port. */
    public boolean isBeside(Destination other) {
        return host.equals(other.host) && port == other.port;
    }

    /** {@code host:port}, IPv6 in brackets; the port is left out where it is the usual one. */
    public String authority() {
        String name = host.contains(":") ? "[" + host + "]" : host;
        return port == HTTPS ? name : name + ":" + port;
    }

    private static URI uri(String url) {
        if (url.length() > LONGEST) {
            throw refused(url, "at most " + LONGEST + " characters");
        }
        try {
            return new URI(url);
        } catch (URISyntaxException e) {
            throw refused(url, "an absolute URL");
        }
    }

    private static RefusedException refused(String what, String expected) {
        return new RefusedException(
                Refusal.ADDRESS_NOT_ALLOWED, "url: '" + Printable.of(what) + "' (expected " + expected + ")");
    }

    @Override
    public String toString() {
        return "https://" + authority() + path;
    }
}
