package org.dmsc.bridge.core.deliver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.dmsc.schemas.TenantId;
import org.dmsc.tenant.document.PolicyReader;
import org.dmsc.tenant.policy.Masks;
import org.dmsc.tenant.rules.AccessRule;
import org.dmsc.tenant.rules.Party;
import org.dmsc.tenant.rules.Party.Activity;
import org.dmsc.tenant.rules.Verdict.Mask;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AnswerMaskTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String CANARY = "a@b.c";
    private static final String POLICY = """
            {"tenant":"acme","masking":{"ingress":"house","profiles":[{"name":"house",
              "patterns":[{"name":"email","pattern":"[a-z]+@[a-z.]+","action":"redact"}]}]}}
            """;

    @ParameterizedTest
    @DisplayName("case 75: a canary in an answer does not go on, wherever it stands")
    @ValueSource(
            strings = {
                "{'message':{'parts':[{'text':'to a@b.c'}],'metadata':{'k':'a@b.c'}}}",
                "{'task':{'id':'t','status':{'state':'TASK_STATE_COMPLETED','message':{'parts':[{'text':'a@b.c'}]}},'metadata':{'k':'a@b.c'}}}",
                "{'task':{'id':'t','history':[{'parts':[{'text':'a@b.c'}]}]}}",
                "{'task':{'id':'t','artifacts':[{'name':'a@b.c','description':'a@b.c','parts':[{'data':{'x':['a@b.c']}}]}]}}",
                "{'statusUpdate':{'status':{'message':{'parts':[{'text':'a@b.c'}]}},'metadata':{'a@b.c':1}}}",
                "{'artifactUpdate':{'artifact':{'artifactId':'1','parts':[{'text':'a@b.c'}]},'metadata':{'k':'a@b.c'}}}"
            })
    void masksEveryPlaceOfAnAnswer(String response) throws Exception {
        byte[] masked =
                new AnswerMask(new Masks((tenant, content) -> "h".repeat(43)), List.of(mask())).apply(bytes(response));

        assertThat(new String(masked, StandardCharsets.UTF_8))
                .doesNotContain(CANARY)
                .contains("[email]");
    }

    @Test
    void whatIsNoTextOfTheAnswerStays() throws Exception {
        byte[] masked = new AnswerMask(new Masks((tenant, content) -> "h".repeat(43)), List.of(mask()))
                .apply(bytes("{'task':{'id':'t-1','contextId':'c','status':{'state':'TASK_STATE_WORKING'}}}"));

        assertThat(JSON.readTree(masked))
                .isEqualTo(JSON.readTree(
                        bytes("{'task':{'id':'t-1','contextId':'c','status':{'state':'TASK_STATE_WORKING'}}}")));
    }

    @Test
    void withoutProfilesNotAByteChanges() {
        byte[] odd = bytes("{ 'message' : {'parts':[ ]} }");

        assertThat(AnswerMask.NONE.apply(odd)).isSameAs(odd);
    }

    private static Mask mask() throws JsonProcessingException {
        Party acme = new Party(
                PolicyReader.read(new TenantId("acme"), (ObjectNode) JSON.readTree(POLICY), 1)
                        .policy(),
                Activity.ACTIVE);
        return AccessRule.ingress(acme).orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }
}
