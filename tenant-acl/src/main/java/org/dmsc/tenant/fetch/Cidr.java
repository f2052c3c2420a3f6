package org.dmsc.tenant.fetch;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;

/**
 * A range of addresses, {@code 10.0.0.0/8} or {@code fc00::/7}.
 *
 * @param network its first address; whatever the prefix does not cover is zero
 */
public record Cidr(InetAddress network, int prefix) {

    private static final Pattern V4 = Pattern.compile("([0-9]{1,3}\\.){3}[0-9]{1,3}");
    private static final Pattern V6 = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");

    public Cidr {
        byte[] bytes = network.getAddress();
        if (prefix < 0 || prefix > bytes.length * 8) {
            throw refused(network.getHostAddress() + "/" + prefix);
        }
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            if (isSet(bytes, bit)) {
                throw refused(network.getHostAddress() + "/" + prefix);
            }
        }
    }

    /**
     * Reads {@code address/prefix}.
     *
     * @throws RefusedException INVALID_CONFIGURATION, also when bits beyond the prefix are set
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0 || !text.substring(slash + 1).matches("[0-9]{1,3}")) {
            throw refused(text);
        }
        InetAddress network = literal(text.substring(0, slash)).orElseThrow(() -> refused(text));
        return new Cidr(network, Integer.parseInt(text.substring(slash + 1)));
    }

    /** Whether the address lies in the range; one of the other family never does. */
    public boolean contains(InetAddress address) {
        byte[] mine = network.getAddress();
        byte[] other = address.getAddress();
        if (mine.length != other.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit++) {
            if (isSet(mine, bit) != isSet(other, bit)) {
                return false;
            }
        }
        return true;
    }

    /** An address written as dotted quad or as IPv6 without brackets; empty for everything else, also for the odd spellings of libc. */
    public static Optional<InetAddress> literal(String text) {
        if (!V4.matcher(text).matches() && !V6.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(InetAddress.getByName(text));
        } catch (UnknownHostException e) {
            return Optional.empty();
        }
    }

    private static boolean isSet(byte[] bytes, int bit) {
        return (bytes[bit / 8] & (0x80 >> (bit % 8))) != 0;
    }

    private static RefusedException refused(String text) {
        return new RefusedException(
                Refusal.INVALID_CONFIGURATION,
                "range: '" + Printable.of(text)
                        + "' (expected <first address>/<prefix length>, such as 10.0.0.0/8 or fc00::/7)");
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + prefix;
    }
}
