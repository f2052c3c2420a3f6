package org.dmsc.bridge.core.a2a;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.dmsc.bridge.core.Terms;
import org.dmsc.schemas.RefusedException;
import org.dmsc.schemas.TenantId;
import org.dmsc.schemas.avro.AgentChannel;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever a caller or an agent sends, the A2A parsers read it or refuse it; nothing else leaves them, and they are soon done. */
final class HostileInputTest {

    private static final String SEND =
            "{'message':{'messageId':'m','contextId':'c','taskId':'6f2b1c9e-7b1d-4c53-9f0e-1d2c3b4a5968','role':'ROLE_USER',"
                    + "'parts':[{'text':'first'},{'data':{'n':1.10}},{'raw':'AAAA'},{'url':'https://h/a','filename':'f'}],"
                    + "'metadata':{'urn:dmsc:ext:delegation:1':{'agent':'billing','skill':'refunds','tags':['a','b'],"
                    + "'intent':'pay','timeoutMs':500,'token':'t'}}},"
                    + "'configuration':{'returnImmediately':true,'historyLength':3},'metadata':{'x':1}}";
    private static final String STATUS =
            "{'statusUpdate':{'taskId':'own','contextId':'c','status':{'state':'TASK_STATE_COMPLETED','message':"
                    + "{'messageId':'a','role':'ROLE_AGENT','parts':[{'text':'done'}]}}}}";
    private static final String TASK =
            "{'task':{'id':'own','contextId':'c','status':{'state':'TASK_STATE_WORKING'},'artifacts':[{'artifactId':'1',"
                    + "'parts':[{'text':'a'}]},{'artifactId':'2','parts':[{'data':{}}]}],'history':[]}}";
    private static final String CARD = "{'name':'n','description':'d','version':'1','supportedInterfaces':["
            + "{'url':'https://h:1/a','protocolBinding':'JSONRPC','protocolVersion':'1.0'}],"
            + "'capabilities':{'streaming':true,'extensions':[{'uri':'urn:dmsc:ext:delegation:1','params':{'capacity':9,"
            + "'idempotentSkills':['s'],'heartbeatMs':500,'cost':1.5}}]},"
            + "'skills':[{'id':'s','name':'S','description':'does s','tags':['t'],'examples':['e']}]}";
    private static final String RPC = "{'jsonrpc':'2.0','id':1,'method':'SendMessage','params':{'id':'x'}}";

    private static final List<Subject> SUBJECTS = List.of(
            new Subject("send", SEND, HostileInputTest::send),
            new Subject("status", STATUS, HostileInputTest::reply),
            new Subject("task", TASK, HostileInputTest::reply),
            new Subject("status by name", STATUS, HostileInputTest::replyByName),
            new Subject("card", CARD, HostileInputTest::card),
            new Subject("rpc", RPC, JsonRpc::parse));

    @Test
    @Timeout(60)
    void aFewThousandOfFixedSeeds() {
        for (long seed = 1; seed <= 3; seed++) {
            run(seed, 1_500);
        }
    }

    @Test
    @Tag("long")
    void millions() {
        long seed = Long.getLong("dmsc.fuzz.seed", System.nanoTime());
        System.out.println("HostileInputTest: -Ddmsc.fuzz.seed=" + seed);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(Long.getLong("dmsc.fuzz.seconds", 60));
        for (long round = 0; System.nanoTime() < end; round++) {
            run(seed + round, 1_000);
        }
    }

    /** The classics: each costs a careless parser its stack, its memory or minutes. */
    @Test
    @Timeout(60)
    void whatIsMeantToCostMuchCostsLittle() {
        List<String> classics = List.of(
                "[".repeat(1_000_000),
                "{\"a\":".repeat(1_000_000),
                "{\"n\":" + "1".repeat(1_000_000) + "}",
                "{\"n\":1e" + "9".repeat(400) + "}",
                "{\"n\":1e999999999}",
                "{\"" + "k".repeat(2_000_000) + "\":1}",
                " ".repeat(2_000_000),
                "\"" + "\\u0000".repeat(300_000));
        for (String classic : classics) {
            for (Subject subject : SUBJECTS) {
                subject.attempt("classic of " + classic.length(), classic.getBytes(StandardCharsets.UTF_8));
            }
        }
        // Numbers of a huge exponent pass the parser; whatever takes them as whole numbers must not write them out.
        for (String member :
                List.of("timeoutMs':500", "historyLength':3", "capacity':9", "heartbeatMs':500", "cost':1.5")) {
            String name = member.substring(0, member.indexOf('\''));
            for (Subject subject : SUBJECTS) {
                String bomb = subject.json().replaceAll("\"" + name + "\":[0-9.]+", "\"" + name + "\":1e999999999");
                subject.attempt(name, bomb.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void theGoodOnesPass() {
        for (Subject subject : SUBJECTS) {
            subject.reading().accept(subject.json().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void run(long seed, int inputs) {
        SplittableRandom random = new SplittableRandom(seed);
        HostileJson hostile = new HostileJson(random);
        for (int i = 0; i < inputs; i++) {
            Subject subject = SUBJECTS.get(random.nextInt(SUBJECTS.size()));
            subject.attempt("seed " + seed + ", input " + i, hostile.of(subject.json()));
        }
    }

    private static void send(byte[] bytes) {
        ObjectNode request = A2aJson.parse(bytes);
        SendRequests.wishes(request);
        SendRequests.toMessage(request, new TenantId("acme"), Optional.empty(), Terms.plain("test"));
    }

    private static void reply(byte[] bytes) {
        TaskKey key = new TaskKey("fabric-task", "fabric-context");
        AgentReplies.ofServer(key, Clock.systemUTC()).read(A2aJson.parse(bytes)).forEach(AgentReply::bytes);
    }

    private static void replyByName(byte[] bytes) {
        TaskKey key = new TaskKey("own", "fabric-context");
        AgentReplies.ofRequester(key, Clock.systemUTC())
                .read(A2aJson.parse(bytes))
                .forEach(AgentReply::bytes);
    }

    private static void card(byte[] bytes) {
        ObjectNode card = A2aJson.parse(bytes);
        for (AgentChannel channel : AgentChannel.values()) {
            Cards.registration(card, channel, AgentHints.of(card, Optional.empty()));
        }
    }

    private record Subject(String name, String quoted, Consumer<byte[]> reading) {

        String json() {
            return quoted.replace('\'', '"');
        }

        void attempt(String what, byte[] bytes) {
            try {
                reading.accept(bytes);
            } catch (RefusedException refused) {
                assertThat(refused.sentence()).as(what).isNotBlank().hasSizeLessThan(2_000);
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                fail(
                        name + ", " + what + ": "
                                + new String(bytes, 0, Math.min(bytes.length, 2_000), StandardCharsets.UTF_8),
                        e);
            }
        }
    }
}
