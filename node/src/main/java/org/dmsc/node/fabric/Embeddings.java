package org.dmsc.node.fabric;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.dmsc.node.config.EmbeddingsConfig;
import org.dmsc.node.config.FabricConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.directory.Agents;
import org.dmsc.tenant.directory.Tenants;
import org.dmsc.tenant.embed.HttpEmbeddings;
import org.dmsc.tenant.embed.SkillMeanings;
import org.dmsc.tenant.keys.SecretFile;
import org.dmsc.tenant.policy.Policies;
import org.dmsc.tenant.policy.Visibility;
import org.dmsc.tenant.rules.ModelUse;

/** The model of meaning that a gateway asks, where its operator names one and the tenant lets it. */
final class Embeddings {

    private Embeddings() {}

    /** MUST be called before agents are read: it learns of them as they come. */
    static Optional<SkillMeanings> of(
            FabricConfig config, Tenants tenants, Policies policies, Agents agents, Clock clock) {
        return config.embeddings().filter(any -> config.isGateway()).map(embeddings -> {
            Visibility visibility = new Visibility(tenants, policies);
            SkillMeanings meanings = new SkillMeanings(
                    new HttpEmbeddings(settings(embeddings)),
                    tenant -> visibility.of(tenant, clock.millis()),
                    tenant -> policies.of(tenant).models() == ModelUse.ALLOWED,
                    embeddings.least(),
                    clock);
            meanings.follow(agents);
            return meanings;
        });
    }

    private static HttpEmbeddings.Settings settings(EmbeddingsConfig config) {
        return new HttpEmbeddings.Settings(
                config.url(), config.model(), config.keyFile().map(Embeddings::key), config.timeout());
    }

    private static String key(Path file) {
        return SecretFile.read(file)
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8).strip())
                .orElseThrow(() -> new NodeException(
                        ExitCode.USAGE,
                        "embeddings.key-file: " + file + " is not there (expected a file with the server's key)"));
    }
}
