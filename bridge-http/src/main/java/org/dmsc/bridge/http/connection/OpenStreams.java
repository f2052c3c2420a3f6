package org.dmsc.bridge.http.connection;

import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.util.AttributeKey;

/** Which of the requests under way are streams, and how each is ended: a gateway that closes does not wait for them, since they go on elsewhere. */
public final class OpenStreams {

    private static final AttributeKey<Runnable> END = AttributeKey.valueOf(OpenStreams.class, "end");
    private static final AttributeKey<Boolean> ENDED = AttributeKey.valueOf(OpenStreams.class, "ended");

    private OpenStreams() {}

    /** The request became a stream; ended at once when the gateway closes already. */
    public static void opened(ServiceRequestContext context, Runnable end) {
        context.setAttr(END, end);
        if (context.hasAttr(ENDED)) {
            end.run();
        }
    }

    /** Ends it in order, if it is a stream or becomes one. */
    public static void end(ServiceRequestContext context) {
        context.setAttr(ENDED, true);
        Runnable end = context.attr(END);
        if (end != null) {
            end.run();
        }
    }
}
