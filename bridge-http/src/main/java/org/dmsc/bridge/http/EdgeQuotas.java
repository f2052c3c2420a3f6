package org.dmsc.bridge.http;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import org.dmsc.schemas.AgentRef;
import org.dmsc.tenant.identity.Caller;
import org.dmsc.tenant.quota.Holding;
import org.dmsc.tenant.quota.QuotaGate;

/** What counts against a tenant's limits in HTTP. Operators and nodes have no tenant and no such limits. */
final class EdgeQuotas {

    /** What a body of unknown length counts while it is read. */
    private static final long UNKNOWN_BYTES = 1024 * 1024;

    private final QuotaGate quotas;

    EdgeQuotas(QuotaGate quotas) {
        this.quotas = quotas;
    }

    /**
     * One request on its connection.
     *
     * @return to be closed when its body is read and dealt with
     * @throws org.dmsc.schemas.RefusedException RATE_LIMITED or QUOTA_EXCEEDED
     */
    Holding request(ServiceRequestContext context, Caller caller, RequestHeaders headers) {
        if (caller.agent().isEmpty()) {
            return Holding.NONE;
        }
        AgentRef agent = caller.agent().get();
        Holding body = quotas.request(agent, bytes(headers));
        try {
            ConnectionGuard.count(
                    context.log().ensureAvailable(RequestLogProperty.SESSION).channel(),
                    () -> quotas.connection(agent));
            return body;
        } catch (RuntimeException e) {
            body.close();
            throw e;
        }
    }

    private static long bytes(RequestHeaders headers) {
        long announced = headers.contentLength();
        if (announced >= 0) {
            return announced;
        }
        return headers.method() == HttpMethod.GET ? 0 : UNKNOWN_BYTES;
    }
}
