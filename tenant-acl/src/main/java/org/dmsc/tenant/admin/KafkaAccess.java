package org.dmsc.tenant.admin;

import java.security.cert.X509Certificate;
import org.dmsc.tenant.fence.StockClient;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * What a tenant's own Kafka client needs.
 *
 * @param principal its name in Kafka, without {@code User:}
 * @param groups prefix of the consumer groups that it may use
 */
public record KafkaAccess(
        String bootstrapServers, IssuedIdentity identity, X509Certificate root, String principal, String groups) {

    /**
     * The properties of a stock Kafka client, keys included. It is one file that can be moved: whoever has it has the access.
     */
    public String clientProperties() {
        return "# " + principal + ", valid until "
                + identity.leaf().getNotAfter().toInstant() + "\n"
                + "bootstrap.servers=" + bootstrapServers + "\n"
                + "group.id=" + groups + "main\n"
                + "isolation.level=read_committed\n"
                + "enable.metrics.push=false\n"
                + StockClient.properties(identity, root);
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "KafkaAccess[" + principal + " at " + bootstrapServers + "]";
    }
}
