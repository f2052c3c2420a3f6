package org.dmsc.bridge.mqtt.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.parameter.TopicPermission;
import com.hivemq.extension.sdk.api.client.ClientContext;
import com.hivemq.extension.sdk.api.client.parameter.InitializerInput;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.client.parameter.ListenerType;
import com.hivemq.extension.sdk.api.packets.auth.DefaultAuthorizationBehaviour;
import com.hivemq.extension.sdk.api.packets.disconnect.DisconnectReasonCode;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.publish.PublishService;
import com.hivemq.extension.sdk.api.services.publish.RetainedMessageStore;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;

/** Puts our rules into the broker, before its listener opens. */
final class EdgeExtension implements ExtensionMain {

    /**
     * The broker's services, taken while it starts: HiveMQ's statics later belong to whichever broker of this JVM started last.
     */
    record BrokerServices(PublishService publishes, RetainedMessageStore retained, ClientService clients) {}

    private final BrokerSettings settings;
    private final DeviceTraffic traffic;
    private final Supplier<String> connectionIds;
    private final HeldAcks held;
    private final Backpressure backpressure;
    private final Connections connections = new Connections();
    private volatile Optional<BrokerServices> services = Optional.empty();

    EdgeExtension(
            BrokerSettings settings,
            DeviceTraffic traffic,
            Supplier<String> connectionIds,
            HeldAcks held,
            Backpressure backpressure) {
        this.settings = settings;
        this.traffic = traffic;
        this.connectionIds = connectionIds;
        this.held = held;
        this.backpressure = backpressure;
    }

    /** Empty until the extension has started, which it refuses when the broker is about to listen otherwise than it was told. */
    Optional<BrokerServices> services() {
        return services;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        DeviceAuthenticator authenticator = new DeviceAuthenticator(traffic, connections, connectionIds);
        DeviceAuthorizer authorizer = new DeviceAuthorizer(traffic, connections);
        Services.securityRegistry().setAuthenticatorProvider(provided -> authenticator);
        Services.securityRegistry().setAuthorizerProvider(provided -> authorizer);
        Services.initializerRegistry().setClientInitializer(this::initialize);
        Services.eventRegistry()
                .setClientLifecycleEventListener(provided -> new ConnectionEvents(traffic, connections));
        Set<Listener> listeners = input.getServerInformation().getListener();
        int expected = settings.webSocketPort().isPresent() ? 2 : 1;
        if (listeners.size() == expected && listeners.stream().allMatch(this::isOurs)) {
            services = Optional.of(new BrokerServices(
                    Services.publishService(), Services.retainedMessageStore(), Services.clientService()));
        } else {
            output.preventExtensionStartup("the broker did not take its configuration");
        }
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        services = Optional.empty();
    }

    private boolean isOurs(Listener listener) {
        boolean devices =
                listener.getListenerType() == ListenerType.TLS_TCP_LISTENER && listener.getPort() == settings.port();
        boolean webSocket = listener.getListenerType() == ListenerType.TLS_WEBSOCKET_LISTENER
                && settings.webSocketPort().equals(OptionalInt.of(listener.getPort()));
        return (devices || webSocket) && listener.getBindAddress().equals(settings.bindAddress());
    }

    private void initialize(InitializerInput input, ClientContext context) {
        Device device = connections
                .of(input.getConnectionInformation())
                .orElseThrow(() -> new IllegalStateException("a connection without a device"));
        context.getDefaultPermissions().setDefaultBehaviour(DefaultAuthorizationBehaviour.DENY);
        // HiveMQ asks these about a will once more, after the authorizer has allowed it.
        context.getDefaultPermissions()
                .add(Builders.topicPermission()
                        .topicFilter(traffic.willTopic(device))
                        .activity(TopicPermission.MqttActivity.PUBLISH)
                        .type(TopicPermission.PermissionType.ALLOW)
                        .build());
        ClientService clients = services.orElseThrow().clients();
        InboundGate gate = new InboundGate(
                device,
                traffic,
                held,
                backpressure,
                ReadWindow.on(ChannelOf.of(input.getConnectionInformation()), backpressure),
                () -> clients.disconnectClient(
                        device.clientId(), false, DisconnectReasonCode.UNSPECIFIED_ERROR, "not stored, send it again"));
        OutboundWatch watch = new OutboundWatch(device, traffic);
        SubscriptionWatch subscriptions = new SubscriptionWatch(device, traffic);
        context.addPublishInboundInterceptor(gate);
        context.addPubackOutboundInterceptor(gate);
        context.addPubrecOutboundInterceptor(gate);
        context.addPublishOutboundInterceptor(watch);
        context.addPubackInboundInterceptor(watch);
        context.addPubrecInboundInterceptor(watch);
        context.addPubcompInboundInterceptor(watch);
        context.addSubscribeInboundInterceptor(subscriptions);
        context.addSubackOutboundInterceptor(subscriptions);
        context.addUnsubscribeInboundInterceptor(subscriptions);
    }
}
