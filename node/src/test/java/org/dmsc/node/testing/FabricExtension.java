package org.dmsc.node.testing;

import java.util.Map;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the one {@link TestFabric} of this JVM as a parameter, and those {@link OnOutsideKafka} another: started for the first that asks,
 * closed after the last. Tests share it, so each makes tenants of its own. A test that restarts or breaks a fabric starts one for itself.
 */
public final class FabricExtension implements ParameterResolver {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == TestFabric.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // Of the session and not of the engine: with several forks Surefire runs the engine anew for each class. The
        // store closes its
        // AutoCloseables when the session ends.
        return context.getStore(
                        ExtensionContext.StoreScope.LAUNCHER_SESSION,
                        ExtensionContext.Namespace.create(FabricExtension.class))
                .computeIfAbsent(OutsideKafka.wantedBy(context), FabricExtension::start, TestFabric.class);
    }

    private static TestFabric start(OutsideKafka kafka) {
        return TestFabric.start(
                kafka == OutsideKafka.NONE
                        ? Map.of()
                        : Map.of("kafka.bootstrap", kafka.bootstrap(), "kafka.tls", "false"));
    }
}
