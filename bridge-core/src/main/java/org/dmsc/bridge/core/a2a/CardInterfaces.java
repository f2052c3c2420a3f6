package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dmsc.schemas.Printable;

/**
 * Chooses how an agent is called from what its card offers: the first interface, in the card's order, that the fabric speaks.
 *
 * <pre>
 *   1.0   JSONRPC, HTTP+JSON, GRPC     supportedInterfaces
 *   0.3   JSONRPC, HTTP+JSON, GRPC     supportedInterfaces, or url + preferredTransport, then additionalInterfaces
 * </pre>
 */
final class CardInterfaces {

    private static final int LONGEST_ID = 128;
    private static final int LONGEST_URL = 2048;
    private static final int MOST_INTERFACES = 64;

    private CardInterfaces() {}

    /**
     * One way to an agent.
     *
     * @param url absolute; {@code https://host:port} for gRPC
     * @param version {@code 1.0} or {@code 0.3}
     * @param tenant what each request must name as tenant
     */
    record Chosen(String url, ProtocolBinding binding, String version, Optional<String> tenant) {}

    /** @throws org.dmsc.schemas.RefusedException INVALID_REQUEST when the card offers none, or the one has a wrong address */
    static Chosen of(Fields card, AgentHints hints) {
        for (Fields offered : offered(card)) {
            Optional<ProtocolBinding> binding =
                    ProtocolBinding.named(offered.requiredText("protocolBinding", LONGEST_ID));
            Optional<String> version =
                    spoken(offered.text("protocolVersion", LONGEST_ID).orElse(""));
            if (binding.isPresent() && version.isPresent()) {
                return new Chosen(
                        url(offered, binding.get(), hints),
                        binding.get(),
                        version.get(),
                        offered.id("tenant", LONGEST_ID));
            }
        }
        throw card.wrong(
                "supportedInterfaces",
                "names no endpoint that the fabric speaks",
                "an element {\"url\":\"https://…\",\"protocolBinding\":\"JSONRPC\",\"protocolVersion\":\"1.0\"}; HTTP+JSON and GRPC, and"
                        + " version 0.3 of each, will do, too");
    }

    private static Optional<String> spoken(String version) {
        if (version.equals("1.0") || version.startsWith("1.0.")) {
            return Optional.of("1.0");
        }
        return version.equals("0.3") || version.startsWith("0.3.") ? Optional.of("0.3") : Optional.empty();
    }

    private static List<Fields> offered(Fields card) {
        List<ObjectNode> listed = card.objects("supportedInterfaces", MOST_INTERFACES);
        List<Fields> offered = new ArrayList<>();
        for (int i = 0; i < listed.size(); i++) {
            offered.add(new Fields(listed.get(i), card.path() + ".supportedInterfaces[" + i + "]", card.refusal()));
        }
        return listed.isEmpty() && card.has("url") ? ofOldCard(card) : offered;
    }

    /** A card of 0.3 names one address at the top and others beside it; all are of the card's own version. */
    private static List<Fields> ofOldCard(Fields card) {
        String version = card.text("protocolVersion", LONGEST_ID).orElse("0.3");
        List<Fields> offered = new ArrayList<>();
        offered.add(old(
                card,
                card.requiredText("url", LONGEST_URL),
                card.text("preferredTransport", LONGEST_ID).orElse("JSONRPC"),
                version));
        for (ObjectNode other : card.objects("additionalInterfaces", MOST_INTERFACES)) {
            Fields fields = new Fields(other, card.path() + ".additionalInterfaces", card.refusal());
            offered.add(old(
                    card,
                    fields.requiredText("url", LONGEST_URL),
                    fields.requiredText("transport", LONGEST_ID),
                    version));
        }
        return offered;
    }

    private static Fields old(Fields card, String url, String transport, String version) {
        ObjectNode offered = A2aJson.object();
        offered.put("url", url).put("protocolBinding", transport).put("protocolVersion", version);
        return new Fields(offered, card.path(), card.refusal());
    }

    private static String url(Fields offered, ProtocolBinding binding, AgentHints hints) {
        String text = offered.requiredText("url", LONGEST_URL);
        boolean bare = binding == ProtocolBinding.GRPC && !text.contains("://");
        boolean plain = hints.plainHttp() == AgentHints.Transport.PLAIN_HTTP_WANTED;
        return checked(offered, text, bare ? (plain ? "http://" : "https://") + text : text, hints);
    }

    private static String checked(Fields offered, String text, String absolute, AgentHints hints) {
        URI uri = uri(offered, text, absolute);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        boolean plain = scheme.equals("http");
        if (plain && hints.plainHttp() != AgentHints.Transport.PLAIN_HTTP_WANTED) {
            throw offered.wrong(
                    "url",
                    "is '" + Printable.of(text) + "'",
                    "https with a certificate of the fabric's CA; an operator may allow plain http for this agent with dmsc.plainHttp");
        }
        if ((!plain && !scheme.equals("https"))
                || uri.getHost() == null
                || uri.getRawUserInfo() != null
                || uri.getRawFragment() != null) {
            throw offered.wrong(
                    "url", "is '" + Printable.of(text) + "'", "https://host[:port]/path without user or fragment");
        }
        return scheme + absolute.substring(absolute.indexOf(':'));
    }

    private static URI uri(Fields offered, String text, String absolute) {
        try {
            return new URI(absolute);
        } catch (URISyntaxException e) {
            throw offered.wrong("url", "is '" + Printable.of(text) + "'", "an absolute URL");
        }
    }
}
