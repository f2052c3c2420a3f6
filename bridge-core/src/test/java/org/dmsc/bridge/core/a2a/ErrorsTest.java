package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.charset.StandardCharsets;
import org.dmsc.schemas.Refusal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one table of errors. */
final class ErrorsTest {

    @ParameterizedTest
    @EnumSource(Refusal.class)
    void hasARowForEachRefusal(Refusal refusal) {
        Errors.Shape shape = Errors.shape(refusal);

        assertThat(shape.httpStatus()).isBetween(400, 504);
        assertThat(shape.mqtt()).isBetween(0x80, 0xa2);
        assertThat(shape.reason()).matches("[A-Z0-9_]+");
    }

    @Test
    void writesAnErrorInfoInBothShapes() {
        ObjectNode rpc = Errors.jsonRpc(TextNode.valueOf("1"), Refusal.TASK_UNKNOWN, "no task");
        ObjectNode http = Errors.http(Refusal.TASK_UNKNOWN, "no task");

        assertThat(rpc.path("error").path("code").asInt()).isEqualTo(-32001);
        assertThat(rpc.path("error").path("data").path(0).path("reason").asText())
                .isEqualTo("TASK_NOT_FOUND");
        assertThat(rpc.path("error").path("data").path(0).path("domain").asText())
                .isEqualTo("a2a-protocol.org");
        assertThat(http.path("error").path("code").asInt()).isEqualTo(404);
        assertThat(http.path("error").path("status").asText()).isEqualTo("NOT_FOUND");
    }

    @Test
    void cannotTellAForeignAgentFromOneThatDoesNotExist() {
        assertThat(Errors.http(Refusal.CROSS_TENANT, "beta/secret exists"))
                .isEqualTo(Errors.http(Refusal.AGENT_UNKNOWN, "nobody does not"));
        assertThat(Errors.jsonRpc(TextNode.valueOf("1"), Refusal.CROSS_TENANT, "a"))
                .isEqualTo(Errors.jsonRpc(TextNode.valueOf("1"), Refusal.AGENT_UNKNOWN, "b"));
    }

    @Test
    void readsJsonRpcRequestsAndTheirFaults() {
        assertThat(parse("{'jsonrpc':'2.0','id':7,'method':'GetTask'}")).isInstanceOf(JsonRpc.Request.class);
        assertThat(code(parse("nonsense"))).isEqualTo(-32700);
        assertThat(code(parse("[{'jsonrpc':'2.0'}]"))).isEqualTo(-32600);
        assertThat(code(parse("{'jsonrpc':'2.0','id':1.5,'method':'x'}"))).isEqualTo(-32600);
        assertThat(code(parse("{'jsonrpc':'2.0','id':null,'method':'x'}"))).isEqualTo(-32600);
        assertThat(code(parse("{'jsonrpc':'2.0','id':1,'method':7}"))).isEqualTo(-32600);
        assertThat(code(parse("{'jsonrpc':'2.0','id':1,'method':'x','params':[1]}")))
                .isEqualTo(-32602);
    }

    private static int code(JsonRpc.Parsed parsed) {
        return ((JsonRpc.Rejected) parsed).response().path("error").path("code").asInt();
    }

    private static JsonRpc.Parsed parse(String body) {
        return JsonRpc.parse(body.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }
}
