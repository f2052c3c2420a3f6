package org.dmsc.tenant.document;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dmsc.schemas.AgentId;
import org.dmsc.schemas.RefusedException;
import org.dmsc.tenant.token.OutsideIssuer;
import org.dmsc.tenant.token.SigningAlgorithm;
import org.dmsc.tenant.token.SubjectMapping;

/** Reads {@code issuers}. */
final class IssuerReader {

    private final List<Section> sections;
    private final Set<String> seen = new HashSet<>();

    IssuerReader(List<Section> sections) {
        this.sections = sections;
    }

    List<OutsideIssuer> read() {
        List<OutsideIssuer> issuers = new ArrayList<>();
        sections.forEach(section -> read(section).ifPresent(issuers::add));
        return issuers;
    }

    private Optional<OutsideIssuer> read(Section section) {
        Optional<String> issuer = section.required("issuer");
        issuer.filter(name -> !seen.add(name))
                .ifPresent(name -> section.fault("issuer", "is there twice (expected each issuer once)"));
        Optional<URI> jwks = section.oneOf("jwks-url", section.required("jwks-url"), IssuerReader::url, "an https URL");
        Optional<String> audience = section.required("audience");
        Set<SigningAlgorithm> algorithms = new HashSet<>();
        for (String name : section.texts("algorithms")) {
            section.read("algorithms", Optional.of(name), SigningAlgorithm::of).ifPresent(algorithms::add);
        }
        Set<String> types = new HashSet<>(section.texts("types"));
        Optional<SubjectMapping> subject = subject(section);
        section.finish();
        if (issuer.isEmpty() || jwks.isEmpty() || audience.isEmpty() || subject.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new OutsideIssuer(
                    issuer.get(),
                    jwks.get(),
                    algorithms.isEmpty() ? OutsideIssuer.USUAL_ALGORITHMS : algorithms,
                    audience.get(),
                    subject.get(),
                    types.isEmpty() ? OutsideIssuer.USUAL_TYPES : types));
        } catch (RefusedException e) {
            section.fault("issuer", e.sentence());
            return Optional.empty();
        }
    }

    private static Optional<SubjectMapping> subject(Section section) {
        Map<String, AgentId> agents = new LinkedHashMap<>();
        for (Section entry : section.sections("agents")) {
            Optional<String> value = entry.required("subject");
            Optional<AgentId> agent = entry.read("agent", entry.required("agent"), AgentId::new);
            if (value.isPresent() && agent.isPresent()) {
                agents.put(value.get(), agent.get());
            }
            entry.finish();
        }
        String claim = section.text("subject-claim").orElse("sub");
        return section.read("subject-claim", Optional.of(claim), name -> new SubjectMapping(name, agents));
    }

    private static Optional<URI> url(String text) {
        try {
            return Optional.of(URI.create(text)).filter(uri -> "https".equals(uri.getScheme()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
