package org.dmsc.node.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.log.CosignerKey;

/** Reads the key {@code audit}. */
final class AuditSection {

    private final Section audit;

    AuditSection(Section top) {
        this.audit = top.section("audit");
    }

    List<WitnessConfig> witnesses() {
        List<WitnessConfig> all = new ArrayList<>();
        audit.sections("witnesses").forEach((name, section) -> {
            Optional<URI> url = url(section);
            Optional<String> key = key(section);
            section.finish();
            if (url.isPresent() && key.isPresent()) {
                all.add(new WitnessConfig(name, url.get(), key.get()));
            }
        });
        audit.finish();
        return all;
    }

    private static Optional<URI> url(Section section) {
        String text = section.text("url").orElse("");
        try {
            URI uri = new URI(text.endsWith("/") ? text : text + "/");
            if (List.of("http", "https").contains(String.valueOf(uri.getScheme())) && uri.getHost() != null) {
                return Optional.of(uri);
            }
        } catch (URISyntaxException notAUri) {
            // falls through to the fault below, which says the same
        }
        section.fault("url", "'" + text + "' (expected the witness's submission prefix, http or https)");
        return Optional.empty();
    }

    private static Optional<String> key(Section section) {
        String text = section.text("key").orElse("");
        try {
            return Optional.of(text)
                    .filter(vkey -> !CosignerKey.parse(vkey).name().isEmpty());
        } catch (RefusedException e) {
            section.fault("key", e.sentence());
            return Optional.empty();
        }
    }
}
