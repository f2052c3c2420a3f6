package org.dmsc.tenant.keys.remote;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import javax.crypto.SecretKey;
import org.dmsc.schemas.Refusal;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.AuditHmac;
import org.dmsc.tenant.keys.DataKeys;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.peers.NodeTrust;
import org.dmsc.tenant.peers.PeerClient;
import org.dmsc.tenant.peers.PeerRefusals;
import org.dmsc.tenant.pki.IssuedIdentity;

/**
 * {@link DataKeys} of a process without a vault, which asks the keys node. Blocks for as long as a question takes, at most
 * {@link #LONGEST}; whoever seals and opens remembers the answers, so each is asked for once an hour. Thread-safe.
 */
public final class RemoteDataKeys implements DataKeys {

    /** A question that takes longer has failed. */
    public static final Duration LONGEST = Duration.ofSeconds(2);

    private static final String KIND = "keys";
    private static final String AES = "AES";
    private static final String HMAC = "HmacSHA256";

    private final URI at;
    private final PeerClient client;
    private final Map<TenantId, SecretKey> auditKeys = new ConcurrentHashMap<>();

    /**
     * Asks nothing yet.
     *
     * @param keysNode {@code https://host:port}
     * @param identity of this process, the one of now
     * @param root the only trust anchor
     */
    public RemoteDataKeys(URI keysNode, Supplier<IssuedIdentity> identity, X509Certificate root, FabricDomain domain) {
        this.at = keysNode.resolve(KeyMessages.PATH);
        this.client = new PeerClient(identity, new NodeTrust(root, domain, KIND), LONGEST);
    }

    @Override
    public Fresh generate(TenantId tenant, KeyClass keyClass) {
        JsonNode answer = asked(KeyMessages.object()
                .put(KeyMessages.DO, KeyMessages.MAKE)
                .put(KeyMessages.TENANT, tenant.value())
                .put(KeyMessages.CLASS, keyClass.label()));
        return new Fresh(
                KeyMessages.text(answer, KeyMessages.KEY_ID),
                KeyMessages.key(answer, AES),
                ByteBuffer.wrap(KeyMessages.binary(answer, KeyMessages.WRAPPED)));
    }

    @Override
    public SecretKey unwrap(String tenant, String keyId, ByteBuffer wrapped) {
        ObjectNode question = KeyMessages.object()
                .put(KeyMessages.DO, KeyMessages.UNWRAP)
                .put(KeyMessages.TENANT, tenant)
                .put(KeyMessages.KEY_ID, keyId);
        KeyMessages.put(question, KeyMessages.WRAPPED, wrapped);
        return KeyMessages.key(asked(question), AES);
    }

    /** HMACs for the audit log; their keys are remembered until their tenant leaves. */
    public AuditHmac auditHmac() {
        return VaultAuditHmac.ofDerived(this::auditKey, auditKeys::containsKey);
    }

    private SecretKey auditKey(TenantId tenant) {
        SecretKey known = auditKeys.get(tenant);
        if (known != null) {
            return known;
        }
        // Asked outside the map: whoever waits for one tenant's key must not hold the map against another's.
        SecretKey had = KeyMessages.key(
                asked(KeyMessages.object()
                        .put(KeyMessages.DO, KeyMessages.AUDIT)
                        .put(KeyMessages.TENANT, tenant.value())),
                HMAC);
        auditKeys.put(tenant, had);
        return had;
    }

    @Override
    public void forget(TenantId tenant) {
        auditKeys.remove(tenant);
    }

    private JsonNode asked(ObjectNode question) {
        HttpRequest request = HttpRequest.newBuilder(at)
                .timeout(LONGEST)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(KeyMessages.bytes(question)))
                .build();
        try {
            HttpResponse<byte[]> response = client.now().send(request, BodyHandlers.ofByteArray());
            JsonNode answer = KeyMessages.read(response.body());
            Optional<RefusedException> refused = PeerRefusals.of(answer);
            if (refused.isPresent()) {
                throw refused.get();
            }
            return answer;
        } catch (IOException e) {
            throw new RefusedException(
                    Refusal.UNAVAILABLE,
                    "keys node at " + at + " does not answer: " + e
                            + " (expected a node with role keys there, and that this process's certificate is in force)");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RefusedException(Refusal.UNAVAILABLE, "interrupted while waiting for the keys node");
        }
    }

    @Override
    public String toString() {
        return "RemoteDataKeys[" + at + "]";
    }
}
