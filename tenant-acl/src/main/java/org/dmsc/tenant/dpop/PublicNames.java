package org.dmsc.tenant.dpop;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.dmsc.schemas.Printable;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.pki.NodeNames;

/**
 * Under which names this gateway is called, by what it was given: the hosts of its tenants, the names in its own certificate, and the addresses
 * of its configuration. What a request says of its host is not among them: whoever replays a proof writes that, too.
 *
 * @param certified names and addresses in the gateway's certificate, as it is now
 * @param urls where it is called through something that has another name or port, such as {@code https://agents.example.com}
 */
public record PublicNames(FabricDomain domain, Supplier<NodeNames> certified, List<URI> urls) {

    private static final int USUAL_PORT = 443;

    public PublicNames {
        urls = List.copyOf(urls);
        urls.forEach(PublicNames::requireUrl);
    }

    /** @throws RefusedException INVALID_CONFIGURATION for what is no {@code https://host} or {@code https://host:port} */
    public static void requireUrl(URI url) {
        boolean plain = url.getHost() != null && url.toString().equals("https://" + url.getRawAuthority());
        if (!plain || url.getRawUserInfo() != null) {
            throw new RefusedException(
                    Refusal.INVALID_CONFIGURATION,
                    "public url: '" + Printable.of(url.toString())
                            + "' (expected https://host or https://host:port, without a path)");
        }
    }

    /**
     * Whether a request of an agent of that tenant can have gone there.
     *
     * @param port at which it was accepted
     */
    boolean hold(TargetUri target, TenantId tenant, int port) {
        return holdHost(target.host(), tenant) && holdPort(target.port(), port);
    }

    /** No other tenant's host: a proof that was made for it is not this tenant's. */
    private boolean holdHost(String host, TenantId tenant) {
        if (domain.covers(host)) {
            return host.equals(domain.host(tenant));
        }
        NodeNames own = certified.get();
        return own.dns().stream().anyMatch(host::equalsIgnoreCase)
                || own.addresses().contains(host)
                || urls.stream().anyMatch(url -> host.equals(url.getHost().toLowerCase(Locale.ROOT)));
    }

    private boolean holdPort(int asked, int accepted) {
        return asked == accepted || urls.stream().anyMatch(url -> asked == port(url));
    }

    private static int port(URI url) {
        return url.getPort() < 0 ? USUAL_PORT : url.getPort();
    }
}
