package dev.vivace.answer;

import static dev.vivace.answer.Answers.bytes;
import static dev.vivace.answer.Answers.data;
import static dev.vivace.answer.Answers.events;
import static dev.vivace.answer.Answers.json;
import static dev.vivace.answer.Answers.tree;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ChatFormTest {
    private static final AnswerForm FORM = Protocol.CHAT.form();
    private static final String USAGE =
            "'usage':{'prompt_tokens':21,'completion_tokens':9,'total_tokens':30,'prompt_tokens_details':{'cached_tokens':4}}";
    private static final Optional<Usage> COUNTED = Optional.of(new Usage(17, 4, 9));

    private static String completion(String message, String finish) {
        return "{'id':'chatcmpl-1','object':'chat.completion','created':1700000000,'model':'m-1','choices':[{'index':0,'message':%s,'finish_reason':%s}],%s}"
                .formatted(message, finish, USAGE);
    }

    private static String chunk(String choices, String more) {
        return "{'id':'chatcmpl-1','object':'chat.completion.chunk','created':1700000000,'model':'m-1','choices':[%s]%s}"
                .formatted(choices, more);
    }

    private static String delta(int index, String delta, String finish) {
        return chunk(
                "{'index':%d,'delta':%s,'finish_reason':%s}".formatted(index, delta, finish), "");
    }

    private static final byte[] STREAM =
            events(
                    delta(0, "{'role':'assistant','content':''}", "null"),
                    delta(0, "{'content':'A quiet'}", "null"),
                    delta(0, "{'content':' answer.'}", "null"),
                    delta(0, "{}", "'stop'"),
                    chunk("", "," + USAGE),
                    "[DONE]");

    private static String reason(Examination examined) {
        return examined instanceof Examination.Unfit unfit ? unfit.reason() : "whole";
    }

    @ParameterizedTest
    @CsvSource({
        "stop, whole",
        "tool_calls, whole",
        "function_call, whole",
        "length, truncated",
        "content_filter, filtered",
        "eos, incomplete"
    })
    void theReasonToFinishDecides(String finish, String expected) {
        byte[] object = bytes(completion("{'role':'assistant','content':'x'}", "'" + finish + "'"));
        byte[] stream =
                events(
                        delta(0, "{'content':'x'}", "null"),
                        delta(0, "{}", "'" + finish + "'"),
                        chunk("", "," + USAGE),
                        "[DONE]");
        for (Examination examined :
                List.of(FORM.examine(object, false), FORM.examine(stream, true))) {
            assertEquals(expected, reason(examined));
            assertEquals("m-1", examined.model());
            assertEquals(COUNTED, examined.usage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'choices':[]} | incomplete",
                "{'choices':[],'echo':'x'} | incomplete",
                "{} | incomplete",
                "{'error':{'message':'no'}} | error",
                "{'object':'error','message':'no'} | error",
                "{'choices':null} | incomplete",
                "{'choices':{}} | malformed",
                "{'choices':[1]} | malformed",
                "{'choices':[{'finish_reason':'stop'}]} | malformed",
                "{'choices':[{'message':'x','finish_reason':'stop'}]} | malformed",
                "{'choices':[{'message':{},'finish_reason':null}]} | incomplete",
                "{'choices':[{'message':{}}]} | incomplete",
                "{'choices':[{'message':{},'finish_reason':7}]} | incomplete",
                "{'choices':[{'message':{},'finish_reason':'stop'},{'index':1,'message':{},'finish_reason':'length'}]} | truncated",
                "{'choices':[{'message':{},'finish_reason':'stop'},{'index':0,'message':{},'finish_reason':'stop'}]} | malformed",
                "{'choices':[{'message':{'refusal':'I cannot.'},'finish_reason':'stop'}]} | refused",
                "{'choices':[{'message':{'refusal':null},'finish_reason':'stop'}],'error':null} | whole",
                "[] | malformed",
                "<html>gateway timeout</html> | malformed",
                "{not json | malformed",
                "{'choices':[{'message':{},'finish_reason':'stop'}]} {} | malformed",
            })
    void objects(String object, String expected) {
        assertEquals(expected, reason(FORM.examine(bytes(object), false)));
    }

    @Test
    void emptyAndNotText() {
        assertEquals("malformed", reason(FORM.examine(new byte[0], false)));
        assertEquals("incomplete", reason(FORM.examine(new byte[0], true)));
        byte[] latin =
                completion("{'content':'\u00e9'}", "'stop'")
                        .replace('\'', '"')
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        assertEquals("malformed", reason(FORM.examine(latin, false)));
    }

    @Test
    void depthIsBounded() {
        String deep = "[".repeat(100_000);
        assertEquals("malformed", reason(FORM.examine(bytes("{'a':" + deep), false)));
        assertEquals("malformed", reason(FORM.examine(events("{'a':" + deep), true)));
        assertEquals(Optional.empty(), FORM.usageIn(bytes("'usage':{'a':" + deep)));
        String nested = "[".repeat(150) + "]".repeat(150);
        byte[] object =
                bytes(
                        completion(
                                "{'role':'assistant','content':'x','a':" + nested + "}", "'stop'"));
        assertEquals("whole", reason(FORM.examine(object, false)));
        assertEquals(tree(object), tree(FORM.toObject(FORM.toStream(object, true))));
    }

    @Test
    void streamsThatAreNotWhole() {
        String text = delta(0, "{'content':'x'}", "null");
        String stop = delta(0, "{}", "'stop'");
        assertEquals("whole", reason(FORM.examine(events(text, stop, "[DONE]"), true)));
        assertEquals("incomplete", reason(FORM.examine(events(text, stop), true)), "no end");
        assertEquals("incomplete", reason(FORM.examine(events(text, "[DONE]"), true)), "no reason");
        assertEquals("incomplete", reason(FORM.examine(events("[DONE]"), true)), "nothing");
        assertEquals(
                "incomplete",
                reason(FORM.examine(events(chunk("", ""), "[DONE]"), true)),
                "no choice");
        assertEquals(
                "malformed", reason(FORM.examine(events(text, "{not json", stop, "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events(text, "7", stop, "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events(text, "", stop, "[DONE]"), true)));
        assertEquals(
                "malformed",
                reason(FORM.examine(events(text, stop, "[DONE]", text), true)),
                "goes on");
        assertEquals(
                "malformed", reason(FORM.examine(events(text, stop, "[DONE]", "[DONE]"), true)));
        assertEquals(
                "error",
                reason(FORM.examine(events(text, "{'error':{'message':'overloaded'}}"), true)));
        assertEquals(
                "refused",
                reason(
                        FORM.examine(
                                events(delta(0, "{'refusal':'No'}", "null"), stop, "[DONE]"),
                                true)));
        byte[] named =
                ("event: error\n" + new String(events("{'message':'overloaded'}"), UTF_8))
                        .getBytes(UTF_8);
        assertEquals("error", reason(FORM.examine(named, true)));
        byte[] two =
                events(
                        delta(0, "{'content':'x'}", "'stop'"),
                        delta(1, "{'content':'y'}", "null"),
                        "[DONE]");
        assertEquals("incomplete", reason(FORM.examine(two, true)), "one of two choices");
    }

    /** One parser reads all events, and must not be led across their bounds. */
    @Test
    void anObjectIsOneEvent() {
        String stop = delta(0, "{}", "'stop'");
        assertEquals(
                "malformed", reason(FORM.examine(events("{'a':", "1}", stop, "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events("{} {", "}", stop, "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events("{}{}", stop, "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events(stop, "{}{}", "[DONE]"), true)));
        assertEquals("malformed", reason(FORM.examine(events(stop + "}", "[DONE]"), true)));
    }

    @Test
    void framingDoesNotMatter() {
        String text = new String(STREAM, UTF_8);
        Examination expected = FORM.examine(STREAM, true);
        JsonNode object = tree(FORM.toObject(STREAM));
        for (String other :
                List.of(
                        text.replace("\n", "\r\n"),
                        text.replace("\n", "\r"),
                        "\uFEFF" + text,
                        text.replace("data: ", "data:"),
                        text.replace("data: ", ": keep-alive\n\nid: 7\ndata: "),
                        text.replace(",\"choices", ",\ndata: \"choices"),
                        text.strip())) {
            assertEquals(expected, FORM.examine(other.getBytes(UTF_8), true), other);
            assertEquals(object, tree(FORM.toObject(other.getBytes(UTF_8))), other);
        }
    }

    @Test
    void aStreamBecomesAnObject() {
        assertEquals(
                json(completion("{'role':'assistant','content':'A quiet answer.'}", "'stop'")),
                tree(FORM.toObject(STREAM)));
    }

    @Test
    void aStreamWithoutUsageBecomesAnObjectWithout() {
        byte[] object = FORM.toObject(FORM.stream(STREAM, false));
        assertFalse(tree(object).has("usage"));
        assertEquals(Optional.empty(), FORM.examine(object, false).usage());
    }

    @Test
    void anObjectBecomesARealStream() {
        byte[] object =
                bytes(
                        completion(
                                "{'role':'assistant','content':'The quick brown fox jumps over the lazy dog.'}",
                                "'stop'"));
        byte[] stream = FORM.toStream(object, false);
        assertTrue(new String(stream, UTF_8).endsWith("data: [DONE]\n\n"));
        List<JsonNode> chunks = data(stream);
        assertTrue(
                chunks.stream()
                        .allMatch(c ->
                                c.path("object").asString("").equals("chat.completion.chunk")));
        assertTrue(chunks.stream().noneMatch(c -> c.has("usage")), "usage was not asked for");
        assertEquals(
                json("{'role':'assistant','content':''}"),
                chunks.getFirst().at("/choices/0/delta"));
        assertEquals(
                json("{'index':0,'delta':{},'finish_reason':'stop'}"),
                chunks.getLast().at("/choices/0"));
        assertTrue(chunks.size() >= 5, "pieces, not a blob");
        assertEquals("The quick brown fox jumps over the lazy dog.", contents(chunks).getFirst());

        List<JsonNode> withUsage = data(FORM.toStream(object, true));
        assertEquals(chunks, withUsage.subList(0, chunks.size()));
        assertEquals(json(chunk("", "," + USAGE)), withUsage.getLast());
    }

    private static List<String> contents(List<JsonNode> chunks) {
        List<String> text = new ArrayList<>();
        for (JsonNode chunk : chunks) {
            for (JsonNode choice : chunk.path("choices")) {
                int index = choice.path("index").asInt();
                while (text.size() <= index) {
                    text.add("");
                }
                text.set(index, text.get(index) + choice.at("/delta/content").asString(""));
            }
        }
        return text;
    }

    @Test
    void toolCallsSurviveBothWays() {
        String call =
                "{'id':'call_1','type':'function','function':{'name':'look','arguments':'{\\'at\\': \\'sky\\'}'}}";
        String other = "{'id':'call_2','type':'function','function':{'name':'now','arguments':''}}";
        byte[] stream =
                events(
                        delta(0, "{'role':'assistant','content':null}", "null"),
                        delta(
                                0,
                                "{'tool_calls':[{'index':0,'id':'call_1','type':'function','function':{'name':'look','arguments':''}}]}",
                                "null"),
                        delta(
                                0,
                                "{'tool_calls':[{'index':0,'function':{'arguments':'{\\'at\\': '}}]}",
                                "null"),
                        delta(
                                0,
                                "{'tool_calls':[{'index':1,'id':'call_2','type':'function','function':{'name':'now','arguments':''}}]}",
                                "null"),
                        delta(
                                0,
                                "{'tool_calls':[{'index':0,'function':{'arguments':'\\'sky\\'}'}}]}",
                                "null"),
                        delta(0, "{}", "'tool_calls'"),
                        chunk("", "," + USAGE),
                        "[DONE]");
        byte[] object =
                bytes(
                        completion(
                                "{'role':'assistant','content':null,'tool_calls':["
                                        + call
                                        + ","
                                        + other
                                        + "]}",
                                "'tool_calls'"));
        assertEquals(tree(object), tree(FORM.toObject(stream)));

        byte[] replayed = FORM.toStream(object, true);
        List<JsonNode> deltas =
                data(replayed).stream()
                        .map(c -> c.at("/choices/0/delta/tool_calls/0"))
                        .filter(c -> !c.isMissingNode())
                        .toList();
        assertEquals(
                json(
                        "{'index':0,'id':'call_1','type':'function','function':{'name':'look','arguments':''}}"),
                deltas.getFirst());
        assertEquals(
                json(
                        "{'index':1,'id':'call_2','type':'function','function':{'name':'now','arguments':''}}"),
                deltas.getLast());
        assertEquals(tree(object), tree(FORM.toObject(replayed)));
    }

    @Test
    void toolCallsWithoutAnIndex() {
        byte[] stream =
                events(
                        delta(
                                0,
                                "{'tool_calls':[{'id':'a','function':{'name':'x','arguments':'{'}}]}",
                                "null"),
                        delta(0, "{'tool_calls':[{'function':{'arguments':'}'}}]}", "null"),
                        delta(
                                0,
                                "{'tool_calls':[{'id':'b','function':{'name':'y','arguments':'{}'}}]}",
                                "'tool_calls'"),
                        "[DONE]");
        assertEquals(
                json(
                        "[{'id':'a','function':{'name':'x','arguments':'{}'}},{'id':'b','function':{'name':'y','arguments':'{}'}}]"),
                tree(FORM.toObject(stream)).at("/choices/0/message/tool_calls"));
    }

    @Test
    void severalChoices() {
        byte[] object =
                bytes(
                        "{'model':'m','choices':[{'index':0,'message':{'content':'x (0)'},'finish_reason':'stop'},{'index':1,'message':{'content':'x (1)'},'finish_reason':'stop'}]}");
        assertEquals(List.of("x (0)", "x (1)"), contents(data(FORM.toStream(object, false))));

        byte[] interleaved =
                events(
                        delta(1, "{'content':'b'}", "null"),
                        delta(0, "{'content':'a'}", "null"),
                        delta(1, "{'content':'B'}", "'stop'"),
                        delta(0, "{'content':'A'}", "'stop'"),
                        "[DONE]");
        JsonNode choices = tree(FORM.toObject(interleaved)).get("choices");
        assertEquals(
                List.of("aA", "bB"),
                StreamSupport.stream(choices.spliterator(), false)
                        .map(c -> c.at("/message/content").stringValue())
                        .toList());
    }

    @Test
    void whatWeDoNotKnowIsCarried() {
        byte[] stream =
                events(
                        "{'id':'','object':'','created':0,'model':'','choices':[],'prompt_filter_results':[1]}",
                        chunk(
                                "{'index':0,'delta':{'role':'assistant','content':'','reasoning_content':'I '},'logprobs':null,'finish_reason':null}",
                                ",'obfuscation':'xyz','provider':'p'"),
                        chunk(
                                "{'index':0,'delta':{'reasoning_content':'think.','audio':{'id':'a','data':'AA'}},'logprobs':{'content':[{'token':'a'}],'refusal':null}}",
                                ",'system_fingerprint':'fp'"),
                        chunk(
                                "{'index':0,'delta':{'content':'a','audio':{'data':'BB'},'flag':1},'logprobs':{'content':[{'token':'b'}],'refusal':null},'finish_reason':'stop','stop_reason':null}",
                                ""),
                        "[DONE]");
        assertEquals(
                json(
                        "{'id':'chatcmpl-1','object':'chat.completion','created':1700000000,'model':'m-1','choices':[{'index':0,"
                                + "'message':{'role':'assistant','content':'a','reasoning_content':'I think.','audio':{'id':'a','data':'AABB'},'flag':1},"
                                + "'logprobs':{'content':[{'token':'a'},{'token':'b'}],'refusal':null},'finish_reason':'stop','stop_reason':null}],"
                                + "'prompt_filter_results':[1],'provider':'p','system_fingerprint':'fp'}"),
                tree(FORM.toObject(stream)));
        assertEquals("m-1", FORM.examine(stream, true).model());
    }

    @Test
    void logprobsGoWithTheirText() {
        String tokens =
                "{'token':'The','logprob':-0.5},{'token':' sky','logprob':-0.25},{'token':' is','logprob':-1.0},{'token':' very','logprob':-2.0},{'token':' blue','logprob':-3.0}";
        byte[] object =
                bytes(
                        "{'choices':[{'message':{'role':'assistant','content':'The sky is very blue'},'logprobs':{'content':["
                                + tokens
                                + "]},'finish_reason':'stop'}]}");
        for (JsonNode chunk : data(FORM.toStream(object, false))) {
            StringBuilder text = new StringBuilder();
            chunk.at("/choices/0/logprobs/content")
                    .forEach(t -> text.append(t.get("token").stringValue()));
            assertEquals(chunk.at("/choices/0/delta/content").asString(""), text.toString());
        }
    }

    @Test
    void originalChunksAreReplayed() {
        assertSame(STREAM, FORM.stream(STREAM, true));
        byte[] without =
                events(
                        delta(0, "{'content':'\\'usage\\':{'}", "'stop'"),
                        chunk("", ",'usage':null"),
                        "[DONE]");
        assertArrayEquals(without, FORM.stream(without, false));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void onlyTheUsageChunkIsLeftOut(String end) {
        byte[] busy =
                events(
                        delta(0, "{'content':'x'}", "'stop'"),
                        chunk("{'index':0,'delta':{}}", "," + USAGE),
                        "[DONE]");
        byte[] stream = new String(STREAM, UTF_8).replace("\n", end).getBytes(UTF_8);
        byte[] expected =
                events(
                        delta(0, "{'role':'assistant','content':''}", "null"),
                        delta(0, "{'content':'A quiet'}", "null"),
                        delta(0, "{'content':' answer.'}", "null"),
                        delta(0, "{}", "'stop'"),
                        "[DONE]");
        assertEquals(
                new String(expected, UTF_8).replace("\n", end),
                new String(FORM.stream(stream, false), UTF_8));
        assertArrayEquals(busy, FORM.stream(busy, false), "usage beside a choice stays");
    }

    @Test
    void usageIsFoundInAnyTailThatHasIt() {
        int usage = new String(STREAM, UTF_8).indexOf("\"usage\"");
        for (int from = 0; from < STREAM.length; from++) {
            byte[] tail = java.util.Arrays.copyOfRange(STREAM, from, STREAM.length);
            assertEquals(
                    from <= usage ? COUNTED : Optional.empty(), FORM.usageIn(tail), "from " + from);
        }
    }

    @Test
    void theLastUsageCounts() {
        byte[] tail =
                events(
                        delta(0, "{'content':'\\'usage\\':{\\'completion_tokens\\':99}'}", "null"),
                        chunk("", ",'usage':{'prompt_tokens':3,'completion_tokens':1}"),
                        chunk("", ",'usage' : {'prompt_tokens':3,'completion_tokens':2}"),
                        chunk("", ",'usage':null"));
        assertEquals(Optional.of(new Usage(3, 0, 2)), FORM.usageIn(tail));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "1e3",
                "'7'",
                "null",
                "99999999999999999999",
                "9223372036854775807",
                "{}"
            })
    void aCountThatIsNoneIsLeftOut(String count) {
        byte[] object = bytes(completion("{}", "'stop'").replace(":21", ":" + count));
        assertEquals(Optional.of(new Usage(0, 4, 9)), FORM.examine(object, false).usage());
    }
}
