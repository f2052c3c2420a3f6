package org.dmsc.node.fabric;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Set;
import org.dmsc.node.config.EdgeConfig;
import org.dmsc.node.host.ExitCode;
import org.dmsc.node.host.NodeException;
import org.dmsc.tenant.fence.KafkaRole;
import org.dmsc.tenant.identity.FabricDomain;
import org.dmsc.tenant.keys.KeyClass;
import org.dmsc.tenant.keys.KeyVault;
import org.dmsc.tenant.keys.VaultAuditHmac;
import org.dmsc.tenant.keys.remote.KeyDesk;
import org.dmsc.tenant.keys.remote.KeyListener;

/** Gives keys to the fabric's processes that have no vault. */
final class KeysRole {

    private static final String KIND = KafkaRole.KEYS.kind();

    private final Foundation foundation;
    private final Keyring keyring;
    private final FabricDomain domain;

    KeysRole(Foundation foundation, Keyring keyring) {
        this.foundation = foundation;
        this.keyring = keyring;
        this.domain = new FabricDomain(foundation.config().domain());
    }

    /** Listens; returns the port. */
    int start(PeerGuard guard, Closing closing) {
        KeyVault vault = keyring.vault(Set.of(KeyClass.values()));
        EdgeConfig at = foundation.config().keyService();
        try {
            KeyListener listener = new KeyListener(
                    new InetSocketAddress(at.host(), at.port()),
                    new KeyDesk(domain, foundation.tenants()::find, keyring.dataKeys(vault), new VaultAuditHmac(vault)),
                    keyring.identity(KIND),
                    guard.peers(),
                    guard.refusals());
            listener.start();
            closing.add("key service", listener);
            return listener.port();
        } catch (UncheckedIOException e) {
            throw new NodeException(
                    ExitCode.IN_USE,
                    "key-service.port: " + at.port() + " on " + at.host() + " cannot be had: " + e.getMessage(),
                    e);
        }
    }
}
