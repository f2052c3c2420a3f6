package org.dmsc.bridge.http.a2a;

import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.Caller;

/**
 * Who asks, where, and under which terms.
 *
 * @param addressed the agent whose address was used; empty at the gateway's own
 * @param baseUrl under which the caller reached the gateway
 * @param gone completes when nobody waits for the answer any more
 * @param receipts takes the receipt of an accepted task, before anything is answered
 */
public record Asking(
        Caller caller,
        Optional<AgentRef> addressed,
        ServiceParameters parameters,
        String baseUrl,
        CompletionStage<?> gone,
        Consumer<String> receipts) {

    /** The header, or metadata of gRPC, with the receipt of an accepted task. */
    public static final String RECEIPT = "dmsc-receipt";

    /** The same for a request of A2A 0.3 that was translated. */
    public Asking upgraded() {
        return new Asking(caller, addressed, parameters.upgraded(), baseUrl, gone, receipts);
    }
}
