package dev.vivace.answer;

import static dev.vivace.answer.Answers.bytes;
import static dev.vivace.answer.Answers.data;
import static dev.vivace.answer.Answers.events;
import static dev.vivace.answer.Answers.json;
import static dev.vivace.answer.Answers.tree;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class ResponsesFormTest {
    private static final AnswerForm FORM = Protocol.RESPONSES.form();
    private static final String MESSAGE =
            "{'type':'message','id':'msg_1','status':'completed','role':'assistant','content':[{'type':'output_text','text':'A reply.','annotations':[]}]}";
    private static final String USAGE =
            "'usage':{'input_tokens':5,'output_tokens':2,'total_tokens':7,'input_tokens_details':{'cached_tokens':1}}";
    private static final String BODY =
            "{'id':'resp_1', 'object':'response','status':'completed','model':'m-1','output':["
                    + MESSAGE
                    + "],'tools':[],"
                    + USAGE
                    + "}";
    private static final String CREATED =
            "{'type':'response.created','sequence_number':0,'response':{'model':'m-1','status':'in_progress','output':[],'usage':null}}";
    private static final String DELTA = "{'type':'response.output_text.delta','delta':'A reply.'}";

    private static String ended(String how, String response) {
        return "{'type':'response." + how + "','sequence_number':2,'response':" + response + "}";
    }

    private static String reason(Examination examined) {
        return examined instanceof Examination.Unfit unfit ? unfit.reason() : "whole";
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'status':'completed','output':[]} | whole",
                "{'status':'incomplete','incomplete_details':{'reason':'max_output_tokens'}} | truncated",
                "{'status':'incomplete','incomplete_details':{'reason':'content_filter'}} | filtered",
                "{'status':'incomplete'} | truncated",
                "{'status':'failed','error':{'code':'server_error'}} | error",
                "{'status':'completed','error':{'code':'server_error'}} | error",
                "{'error':{'message':'no'}} | error",
                "{'status':'in_progress'} | incomplete",
                "{'status':'queued'} | incomplete",
                "{'choices':[],'object':'chat.completion'} | incomplete",
                "{'status':'completed','output':[{'type':'message','content':[{'type':'refusal','refusal':'No.'}]}]} | refused",
                "{'status':'completed','output':{}} | malformed",
                "{'status':'completed','output':[{'type':'future','content':'x'},{'content':[1,[{}],{'type':'x'}]}]} | whole",
                "[] | malformed",
            })
    void objects(String object, String expected) {
        assertEquals(expected, reason(FORM.examine(bytes(object), false)));
    }

    @Test
    void wholeInBothForms() {
        Examination expected = new Examination.Whole("m-1", Optional.of(new Usage(4, 1, 2)));
        assertEquals(expected, FORM.examine(bytes(BODY), false));
        assertEquals(
                expected, FORM.examine(events(CREATED, DELTA, ended("completed", BODY)), true));
        assertEquals(
                expected,
                FORM.examine(events(CREATED, DELTA, ended("completed", BODY), "[DONE]"), true));
    }

    @Test
    void streamsThatAreNotWhole() {
        String cut = BODY.replace("'status':'completed','model'", "'status':'incomplete','model'");
        assertEquals("incomplete", reason(FORM.examine(events(CREATED, DELTA), true)));
        assertEquals(
                "truncated", reason(FORM.examine(events(CREATED, ended("incomplete", cut)), true)));
        assertEquals(
                "truncated", reason(FORM.examine(events(CREATED, ended("completed", cut)), true)));
        assertEquals("error", reason(FORM.examine(events(CREATED, ended("failed", BODY)), true)));
        assertEquals(
                "error",
                reason(
                        FORM.examine(
                                events(CREATED, "{'type':'error','message':'overloaded'}"), true)));
        assertEquals(
                "malformed",
                reason(FORM.examine(events(CREATED, ended("completed", BODY), DELTA), true)));
        assertEquals(
                "malformed",
                reason(FORM.examine(events(CREATED, "{'type':'response.completed'}"), true)));
        assertEquals(
                "malformed",
                reason(FORM.examine(events(CREATED, "{not json", ended("completed", BODY)), true)));
        assertEquals(
                "refused",
                reason(
                        FORM.examine(
                                events(
                                        "{'type':'response.refusal.delta','delta':'No'}",
                                        ended("completed", BODY)),
                                true)));
    }

    @Test
    void theObjectIsTheLastEventsOriginalBytes() {
        assertArrayEquals(
                bytes(BODY), FORM.toObject(events(CREATED, DELTA, ended("completed", BODY))));
        byte[] stream = events(CREATED, ended("completed", BODY));
        assertSame(stream, FORM.stream(stream, false));
    }

    @Test
    void outputThatTheLastEventLacksIsTakenFromTheItems() {
        byte[] stream =
                events(
                        CREATED,
                        "{'type':'response.output_item.done','output_index':1,'item':{'type':'reasoning','summary':[]}}",
                        "{'type':'response.output_item.done','output_index':0,'item':"
                                + MESSAGE
                                + "}",
                        ended("completed", BODY.replace(MESSAGE, "")));
        assertEquals(
                json("[" + MESSAGE + ",{'type':'reasoning','summary':[]}]"),
                tree(FORM.toObject(stream)).get("output"));
    }

    @Test
    void anObjectBecomesAProperSequence() {
        byte[] stream = FORM.toStream(bytes(BODY), false);
        List<JsonNode> sent = data(stream);
        assertEquals(
                List.of(
                        "response.created",
                        "response.in_progress",
                        "response.output_item.added",
                        "response.content_part.added",
                        "response.output_text.delta",
                        "response.output_text.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "response.completed"),
                types(sent));
        SseEvents events = new SseEvents(stream);
        for (int i = 0; i < sent.size(); i++) {
            assertEquals(i, sent.get(i).get("sequence_number").asInt());
            assertTrue(events.next() && events.isNamed(sent.get(i).get("type").stringValue()));
        }
        assertEquals(
                json(
                        "{'id':'resp_1','object':'response','status':'in_progress','model':'m-1','output':[],'tools':[],'usage':null}"),
                sent.getFirst().get("response"));
        assertEquals(
                json(
                        "{'type':'message','id':'msg_1','status':'in_progress','role':'assistant','content':[]}"),
                sent.get(2).get("item"));
        assertEquals(
                json("{'type':'output_text','text':'','annotations':[]}"), sent.get(3).get("part"));
        assertEquals(
                json(
                        "{'type':'response.output_text.delta','sequence_number':4,'item_id':'msg_1','output_index':0,'content_index':0,'delta':'A reply.','logprobs':[]}"),
                sent.get(4));
        assertEquals(tree(bytes(BODY)), sent.getLast().get("response"));
    }

    @Test
    void callsAndThoughtsComeInPieces() {
        String call =
                "{'type':'function_call','id':'fc_1','call_id':'c','name':'look','arguments':'{\\'at\\': \\'the very clear sky\\'}','status':'completed'}";
        String thought =
                "{'type':'reasoning','id':'rs_1','summary':[{'type':'summary_text','text':'Hm.'}],'encrypted_content':'x'}";
        String search = "{'type':'web_search_call','id':'ws_1','status':'completed'}";
        List<JsonNode> sent =
                data(
                        FORM.toStream(
                                bytes(BODY.replace(MESSAGE, thought + "," + search + "," + call)),
                                false));
        assertEquals(
                List.of(
                        "response.output_item.added",
                        "response.reasoning_summary_part.added",
                        "response.reasoning_summary_text.delta",
                        "response.reasoning_summary_text.done",
                        "response.reasoning_summary_part.done",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.output_item.done",
                        "response.output_item.added",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.delta",
                        "response.function_call_arguments.done",
                        "response.output_item.done"),
                types(sent.subList(2, sent.size() - 1)));
        assertEquals(2, sent.get(12).get("output_index").asInt());
        assertEquals("fc_1", sent.get(12).get("item_id").stringValue());
        assertEquals(
                "{\"at\": \"the very clear sky\"}", sent.get(13).get("arguments").stringValue());
    }

    private static List<String> types(List<JsonNode> events) {
        return events.stream().map(e -> e.get("type").stringValue()).toList();
    }

    /** The last event holds the whole response, so that a tail often begins inside of it. */
    @Test
    void usageIsFoundThoughItsEventBeganBefore() {
        byte[] stream =
                events(
                        CREATED,
                        DELTA,
                        ended(
                                "completed",
                                BODY.replace(
                                        "'tools':[]",
                                        "'tools':[{'parameters':{'properties':{'usage':{'type':'object'}}}}]")));
        int usage = new String(stream, UTF_8).lastIndexOf("\"usage\"");
        for (int from : new int[] {0, usage - 300, usage - 20, usage - 1, usage}) {
            assertEquals(
                    Optional.of(new Usage(4, 1, 2)),
                    FORM.usageIn(Arrays.copyOfRange(stream, from, stream.length)));
        }
        assertEquals(
                Optional.empty(),
                FORM.usageIn(Arrays.copyOfRange(stream, usage + 1, stream.length)));
    }
}
