package org.dmsc.bridge.core.a2a;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dmsc.schemas.Printable;

/**
 * Looks through a card's texts for what is aimed at the models that will read them: orders, marks of prompts, characters that nobody sees. Words
 * of people can be the same, so an operator may let a card pass. What it does not find is not proven harmless. Pure.
 */
public final class CardText {

    /** Longer texts are looked at to here; the card's own limits are below. */
    private static final int LONGEST = 16 * 1024;

    private static final int SHOWN = 60;

    /** Formatting that no description needs: directions, tags, joints of nothing. Joiners of scripts and emoji are let through. */
    private static final Pattern UNSEEN = Pattern.compile(
            "[\\u200b\\u2060-\\u2064\\ufeff\\u202a-\\u202e\\u2066-\\u206f\\u180e]|[\\x{e0000}-\\x{e007f}]|[\\p{Cc}&&[^\\t\\n\\r]]");

    private static final List<Pattern> ORDERS = List.of(
            order(
                    "\\b(ignore|disregard|forget|override|bypass)\\b[^.]{0,40}\\b(previous|prior|above|earlier|preceding|all|any|other"
                            + "|your|system)\\b[^.]{0,30}\\b(instructions?|prompts?|rules|guidelines|directions|messages?)\\b"),
            order("\\b(system|developer|hidden) (prompt|message|instructions?)\\b"),
            order("\\byou are now\\b|\\bfrom now on,? you\\b|\\bnew instructions?:"),
            order("<\\s*/?\\s*(system|assistant|user|important|instructions?|tool_call|function_calls?)\\b[^>]{0,40}>"),
            order(
                    "\\[/?inst\\]|<\\|(im_start|im_end|system|user|assistant|endoftext)\\|>|^\\s*(system|assistant)\\s*:"),
            order(
                    "\\b(do not|don't|never|without) (tell|telling|inform|informing|mention|mentioning|reveal|revealing|notify|notifying|asking)\\b"
                            + "[^.]{0,30}\\b(user|human|caller|operator|anyone|anybody)\\b"),
            order(
                    "\\b(always|must|only)\\b[^.]{0,20}\\b(choose|select|prefer|pick|call|use|delegate to|route to)\\b[^.]{0,12}\\bthis"
                            + " (agent|tool|skill|server|one)\\b"),
            order(
                    "\\b(read|send|upload|forward|include|append|exfiltrate|leak)\\b[^.]{0,40}(\\b(credentials?|passwords?|api keys?|private"
                            + " keys?|secrets?|environment variables|conversation( history)?)|\\.ssh|\\.env)\\b[^.]{0,40}\\b(to|in|into|at|with)\\b"));

    private CardText() {}

    private static Pattern order(String words) {
        return Pattern.compile(words, Pattern.CASE_INSENSITIVE | Pattern.MULTILINE);
    }

    /** In which member of the card, and what; empty when nothing was found. */
    public static Optional<String> suspicion(ObjectNode card) {
        return suspicion(card, "card");
    }

    /** Where, and what; empty when nothing was found. */
    static Optional<String> suspicion(JsonNode node, String path) {
        if (node.isTextual()) {
            return ofText(node.textValue()).map(found -> path + ": holds " + found);
        }
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                if (path.equals("card") && member.getKey().equals("signatures")) {
                    continue;
                }
                Optional<String> found = ofText(member.getKey())
                        .map(word -> path + ": a name holds " + word)
                        .or(() -> suspicion(member.getValue(), path + "." + Printable.of(member.getKey())));
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        for (int i = 0; i < node.size(); i++) {
            Optional<String> found = suspicion(node.get(i), path + "[" + i + "]");
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> ofText(String given) {
        String text = given.length() > LONGEST ? given.substring(0, LONGEST) : given;
        if (UNSEEN.matcher(text).find()) {
            return Optional.of("characters that nobody sees");
        }
        String plain = Normalizer.normalize(text, Normalizer.Form.NFKC)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[ \\t\\u00a0]+", " ");
        for (Pattern order : ORDERS) {
            Matcher found = order.matcher(plain);
            if (found.find()) {
                String words = found.group();
                return Optional.of("what reads like an order to a model: '"
                        + Printable.of(words.length() > SHOWN ? words.substring(0, SHOWN) : words) + "'");
            }
        }
        return Optional.empty();
    }
}
