package org.dmsc.node.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Globex asks for an agent of Acme: it neither finds nor reaches it, nor learns that it exists, and the attempt is in its audit log. */
final class IsolationStep implements Step {

    @Override
    public String title() {
        return "The other tenant is refused";
    }

    @Override
    public Observation observe(Stage stage) {
        Caller reception = stage.cast().caller(Cast.RECEPTION);
        ChildProcess billing = stage.cast().process(Cast.BILLING);
        int from = billing.printed();
        String log = reception.process().log().toString();

        List<JsonNode> found = reception.find("find-tag", "billing");
        Stage.expect(found.isEmpty(), "nobody with the tag 'billing' for globex", found, log);
        stage.narrator().says(Cast.RECEPTION, "fabric", "who has the tag 'billing'? Nobody that globex may see.");

        String word = stage.words().next();
        Caller.Answer real = refuse(stage, reception, "acme/billing", word);
        Caller.Answer none = refuse(stage, reception, "acme/nobody", word);
        Stage.expect(
                real.status() == none.status() && shape(real).equals(shape(none)),
                "the same answer for an agent that exists and one that does not",
                real.body() + " and " + none.body(),
                log);
        List<JsonNode> worked =
                billing.seen(from, line -> Json.text(line, "text").contains(word));
        Stage.expect(
                worked.isEmpty(),
                "nothing of it at billing",
                worked,
                billing.log().toString());

        List<JsonNode> audit = stage.operator()
                .await(
                        "the refusal in globex' audit log",
                        () -> stage.operator().auditOfTenant(Cast.GLOBEX),
                        records -> refusals(records).size() >= 2);
        String code = Json.text(refusals(audit).get(0), "refusal");
        stage.narrator()
                .says(
                        "audit",
                        "",
                        "REFUSAL " + code + " of " + Json.text(refusals(audit).get(0), "actor"));
        return new Observation(
                "globex: acme/billing, please",
                "HTTP " + real.status() + ", as for an agent that does not exist; audited as " + code);
    }

    private static Caller.Answer refuse(Stage stage, Caller reception, String agent, String word) {
        stage.narrator().says(Cast.RECEPTION, agent, "\"Show me the invoices of " + word + "\"");
        Caller.Answer answer = reception.run("ask-agent", agent + " Show me the invoices of " + word);
        String log = reception.process().log().toString();
        Stage.expect(answer.status() == 403 || answer.status() == 404, "HTTP 403 or 404", answer, log);
        stage.narrator()
                .says(
                        "fabric",
                        Cast.RECEPTION,
                        "HTTP " + answer.status() + " " + Json.text(answer.body(), "error.message"));
        return answer;
    }

    /** The answer without what the caller itself had said. */
    private static String shape(Caller.Answer answer) {
        return answer.body().toString().replace("nobody", "*").replace("billing", "*");
    }

    private static List<JsonNode> refusals(List<JsonNode> records) {
        return new Trail(records)
                .ofKind("REFUSAL").stream()
                        .filter(event -> Json.text(event, "actor").contains(Cast.RECEPTION))
                        .toList();
    }
}
