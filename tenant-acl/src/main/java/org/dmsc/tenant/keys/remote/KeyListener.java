package org.dmsc.tenant.keys.remote;

import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.function.Supplier;
import org.dmsc.tenant.peers.PeerListener;
import org.dmsc.tenant.pki.IssuedIdentity;
import org.dmsc.tenant.pki.PeerValidator;

/** Where a keys node listens. A question comes once an hour for each tenant and process. */
public final class KeyListener implements AutoCloseable {

    private static final int THREADS = 8;

    private final PeerListener listener;
    private final PeerListener.Answering answering;

    /**
     * Binds the address; nothing is answered yet.
     *
     * @param peers who is let in; MUST be one that hears revocations
     * @throws UncheckedIOException when the address is in use
     */
    public KeyListener(
            InetSocketAddress address,
            KeyDesk desk,
            Supplier<IssuedIdentity> identity,
            PeerValidator peers,
            PeerListener.Refusals refusals) {
        this.listener = new PeerListener(
                address, new PeerListener.Questions("keys", KeyMessages.PATH, KeyMessages.MOST_BYTES, THREADS));
        this.answering = new PeerListener.Answering(desk::answer, identity, peers, refusals);
    }

    /** Begins to answer. */
    public void start() {
        listener.start(answering);
    }

    /** Where it listens. */
    public int port() {
        return listener.port();
    }

    @Override
    public void close() {
        listener.close();
    }
}
