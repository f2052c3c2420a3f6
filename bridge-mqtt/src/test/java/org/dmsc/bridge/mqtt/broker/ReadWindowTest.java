package org.dmsc.bridge.mqtt.broker;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.bootstrap.netty.ChannelHandlerNames;
import com.hivemq.configuration.HivemqId;
import com.hivemq.mqtt.message.QoS;
import com.hivemq.mqtt.message.publish.PUBLISH;
import com.hivemq.mqtt.message.publish.PUBLISHFactory;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

final class ReadWindowTest {

    private static final int LARGE = 200 * 1024;
    private static final int SMALL = 100;

    private final Backpressure all = new Backpressure(1024 * 1024);
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final ReadWindow window;

    ReadWindowTest() {
        channel.pipeline().addLast(ChannelHandlerNames.INTERCEPTOR_HANDLER, new ChannelInboundHandlerAdapter());
        window = ReadWindow.on(channel, all);
    }

    private void reads(int bytes) {
        channel.writeInbound(publish(bytes));
    }

    private static PUBLISH publish(int bytes) {
        return new PUBLISHFactory.Mqtt3Builder()
                .withHivemqId(new HivemqId().get())
                .withTopic("t")
                .withQoS(QoS.AT_LEAST_ONCE)
                .withOnwardQos(QoS.AT_LEAST_ONCE)
                .withPayload(new byte[bytes])
                .build();
    }

    private void isDone(int bytes) {
        window.done(bytes);
        channel.runPendingTasks();
    }

    private boolean isRead() {
        return channel.config().isAutoRead();
    }

    @Test
    void readsOnWhileItsWindowHasRoom() {
        reads(SMALL);
        reads(SMALL);

        assertThat(isRead()).isTrue();
    }

    @Test
    void stopsAboveItsWindowAndGoesOnWhenThatIsStored() {
        reads(LARGE);
        assertThat(isRead()).isFalse();

        isDone(LARGE);
        assertThat(isRead()).isTrue();
    }

    @Test
    void goesOnOnlyWhenHalfOfItIsStored() {
        reads(LARGE / 4);
        reads(LARGE / 4);
        reads(LARGE / 4);
        assertThat(isRead()).isFalse();

        isDone(LARGE / 4);
        assertThat(isRead()).as("two thirds are still on their way").isFalse();
        isDone(LARGE / 4);
        assertThat(isRead()).isTrue();
    }

    @Test
    void hasOneMessageOnItsWayWhenTheProcessHoldsTooMuch() {
        all.take(1024 * 1024);
        reads(SMALL);
        assertThat(isRead()).isFalse();

        isDone(SMALL);
        assertThat(isRead()).as("has nothing on its way, so it is its turn").isTrue();
        reads(SMALL);
        assertThat(isRead()).isFalse();
        reads(SMALL);
        all.release(1024 * 1024);
        isDone(SMALL);
        assertThat(isRead()).as("the process has room again").isTrue();
    }

    @Test
    void stopsAgainWhenSomebodyElseReadOn() {
        reads(LARGE);
        channel.config().setAutoRead(true);
        reads(SMALL);

        assertThat(isRead()).isFalse();
    }
}
