package dev.vivace.answer;

import static dev.vivace.answer.Answers.bytes;
import static dev.vivace.answer.Answers.data;
import static dev.vivace.answer.Answers.events;
import static dev.vivace.answer.Answers.json;
import static dev.vivace.answer.Answers.tree;
import static java.nio.charset.StandardCharsets.UTF_8;
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

class MessagesFormTest {
    private static final AnswerForm FORM = Protocol.MESSAGES.form();
    private static final String START =
            "{'type':'message_start','message':{'id':'msg_1','type':'message','role':'assistant','model':'c-1','content':[],'stop_reason':null,'stop_sequence':null,"
                    + "'usage':{'input_tokens':5,'cache_creation_input_tokens':4,'cache_read_input_tokens':3,'output_tokens':1}}}";
    private static final String STOP = "{'type':'message_stop'}";

    private static String end(String reason) {
        return "{'type':'message_delta','delta':{'stop_reason':'"
                + reason
                + "','stop_sequence':null},'usage':{'output_tokens':2}}";
    }

    private static String block(String block) {
        return "{'type':'content_block_start','index':0,'content_block':" + block + "}";
    }

    private static String delta(String delta) {
        return "{'type':'content_block_delta','index':0,'delta':" + delta + "}";
    }

    private static final String BLOCK_STOP = "{'type':'content_block_stop','index':0}";
    private static final String TEXT = block("{'type':'text','text':''}");
    private static final String REPLY = delta("{'type':'text_delta','text':'A reply.'}");

    private static String reason(Examination examined) {
        return examined instanceof Examination.Unfit unfit ? unfit.reason() : "whole";
    }

    @ParameterizedTest
    @CsvSource({
        "end_turn, whole",
        "stop_sequence, whole",
        "tool_use, whole",
        "max_tokens, truncated",
        "model_context_window_exceeded, truncated",
        "refusal, refused",
        "pause_turn, incomplete"
    })
    void theReasonToStopDecides(String stop, String expected) {
        byte[] object =
                bytes(
                        "{'type':'message','model':'c-1','content':[],'stop_reason':'%s','usage':{'input_tokens':5,'output_tokens':2,'cache_read_input_tokens':3,'cache_creation_input_tokens':4}}"
                                .formatted(stop));
        byte[] stream = events(START, TEXT, "{'type':'ping'}", REPLY, BLOCK_STOP, end(stop), STOP);
        for (Examination examined :
                List.of(FORM.examine(object, false), FORM.examine(stream, true))) {
            assertEquals(expected, reason(examined));
            assertEquals("c-1", examined.model());
            assertEquals(Optional.of(new Usage(9, 3, 2)), examined.usage());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'type':'error','error':{'type':'overloaded_error','message':'x'}} | error",
                "{'type':'message','content':[],'stop_reason':null} | incomplete",
                "{'type':'message','content':'x','stop_reason':'end_turn'} | malformed",
                "{'type':'message','content':[1],'stop_reason':'end_turn'} | malformed",
                "{'type':'message','stop_reason':'end_turn'} | malformed",
                "{'content':[],'stop_reason':'end_turn'} | malformed",
                "{'choices':[]} | malformed",
            })
    void objects(String object, String expected) {
        assertEquals(expected, reason(FORM.examine(bytes(object), false)));
    }

    @Test
    void streamsThatAreNotWhole() {
        String end = end("end_turn");
        assertEquals(
                "incomplete",
                reason(FORM.examine(events(START, TEXT, REPLY, BLOCK_STOP, end), true)),
                "no stop");
        assertEquals(
                "incomplete",
                reason(FORM.examine(events(START, TEXT, REPLY, end, STOP), true)),
                "an open block");
        assertEquals(
                "incomplete",
                reason(FORM.examine(events(START, TEXT, REPLY, BLOCK_STOP, STOP), true)),
                "no reason");
        assertEquals(
                "error",
                reason(
                        FORM.examine(
                                events(
                                        START,
                                        "{'type':'error','error':{'type':'overloaded_error'}}"),
                                true)));
        assertEquals("malformed", reason(FORM.examine(events(TEXT, REPLY), true)), "no start");
        assertEquals(
                "malformed",
                reason(FORM.examine(events(START, REPLY, end, STOP), true)),
                "no block");
        assertEquals("malformed", reason(FORM.examine(events(START, START, end, STOP), true)));
        assertEquals(
                "malformed", reason(FORM.examine(events(START, end, STOP, TEXT), true)), "goes on");
        assertEquals(
                "malformed",
                reason(
                        FORM.examine(
                                events(START, TEXT, "{not json", BLOCK_STOP, end, STOP), true)));
        String call = block("{'type':'tool_use','id':'t','name':'look','input':{}}");
        for (String input : List.of("{\\'at\\':", "7", "{} {}", "[".repeat(10_000))) {
            String json = delta("{'type':'input_json_delta','partial_json':'" + input + "'}");
            assertEquals(
                    "malformed",
                    reason(
                            FORM.examine(
                                    events(START, call, json, BLOCK_STOP, end("tool_use"), STOP),
                                    true)),
                    input);
        }
    }

    @Test
    void aStreamBecomesAnObject() {
        byte[] stream =
                events(
                        START,
                        block("{'type':'thinking','thinking':'','signature':''}"),
                        delta("{'type':'thinking_delta','thinking':'Let me '}"),
                        "{'type':'ping'}",
                        delta("{'type':'thinking_delta','thinking':'see.'}"),
                        delta("{'type':'signature_delta','signature':'sig'}"),
                        BLOCK_STOP,
                        block("{'type':'text','text':'','citations':null}")
                                .replace("'index':0", "'index':1"),
                        REPLY.replace("'index':0", "'index':1"),
                        delta("{'type':'citations_delta','citation':{'cited_text':'x'}}")
                                .replace("'index':0", "'index':1"),
                        delta("{'type':'citations_delta','citation':{'cited_text':'y'}}")
                                .replace("'index':0", "'index':1"),
                        BLOCK_STOP.replace("'index':0", "'index':1"),
                        block("{'type':'tool_use','id':'t','name':'look','input':{}}")
                                .replace("'index':0", "'index':2"),
                        delta("{'type':'input_json_delta','partial_json':''}")
                                .replace("'index':0", "'index':2"),
                        delta("{'type':'input_json_delta','partial_json':'{\\'at\\': 1.'}")
                                .replace("'index':0", "'index':2"),
                        delta("{'type':'input_json_delta','partial_json':'50}'}")
                                .replace("'index':0", "'index':2"),
                        BLOCK_STOP.replace("'index':0", "'index':2"),
                        block("{'type':'future_block','deep':{'a':[1]}}")
                                .replace("'index':0", "'index':3"),
                        delta("{'type':'future_delta','more':'x'}")
                                .replace("'index':0", "'index':3"),
                        delta("{'type':'future_delta','more':'y'}")
                                .replace("'index':0", "'index':3"),
                        BLOCK_STOP.replace("'index':0", "'index':3"),
                        "{'type':'message_delta','delta':{'stop_reason':'tool_use','stop_sequence':null,'container':{'id':'c'}},'usage':{'output_tokens':2,'input_tokens':null},'context_management':{'applied_edits':[]}}",
                        STOP);
        assertEquals("whole", reason(FORM.examine(stream, true)));
        byte[] object = FORM.toObject(stream);
        assertEquals(
                json(
                        "{'id':'msg_1','type':'message','role':'assistant','model':'c-1','content':["
                                + "{'type':'thinking','thinking':'Let me see.','signature':'sig'},"
                                + "{'type':'text','text':'A reply.','citations':[{'cited_text':'x'},{'cited_text':'y'}]},"
                                + "{'type':'tool_use','id':'t','name':'look','input':{'at':1.50}},"
                                + "{'type':'future_block','deep':{'a':[1]},'more':'xy'}],"
                                + "'stop_reason':'tool_use','stop_sequence':null,"
                                + "'usage':{'input_tokens':5,'cache_creation_input_tokens':4,'cache_read_input_tokens':3,'output_tokens':2},"
                                + "'container':{'id':'c'},'context_management':{'applied_edits':[]}}"),
                tree(object));
        assertTrue(new String(object, UTF_8).contains("1.50"), "digits stay");
        assertEquals("whole", reason(FORM.examine(object, false)));
        assertEquals(tree(object), tree(FORM.toObject(FORM.toStream(object, false))));
    }

    @Test
    void anObjectBecomesAProperSequence() {
        byte[] stream =
                FORM.toStream(
                        bytes(
                                "{'id':'m','type':'message','role':'assistant','model':'c-1','content':[{'type':'text','text':'A reply.'},{'type':'tool_use','id':'t','name':'now','input':{}}],"
                                        + "'stop_reason':'tool_use','stop_sequence':null,'usage':{'input_tokens':5,'output_tokens':2}}"),
                        false);
        List<JsonNode> expected =
                List.of(
                        json(
                                "{'type':'message_start','message':{'id':'m','type':'message','role':'assistant','model':'c-1','content':[],'stop_reason':null,'stop_sequence':null,'usage':{'input_tokens':5,'output_tokens':0}}}"),
                        json(TEXT),
                        json(REPLY),
                        json(BLOCK_STOP),
                        json(
                                "{'type':'content_block_start','index':1,'content_block':{'type':'tool_use','id':'t','name':'now','input':{}}}"),
                        json(
                                "{'type':'content_block_delta','index':1,'delta':{'type':'input_json_delta','partial_json':''}}"),
                        json("{'type':'content_block_stop','index':1}"),
                        json(
                                "{'type':'message_delta','delta':{'stop_reason':'tool_use','stop_sequence':null},'usage':{'input_tokens':5,'output_tokens':2}}"),
                        json(STOP));
        assertEquals(expected, data(stream));
        SseEvents events = new SseEvents(stream);
        for (JsonNode event : expected) {
            assertTrue(events.next() && events.isNamed(event.get("type").stringValue()));
        }
        assertSame(stream, FORM.stream(stream, false));
    }

    @Test
    void usageOfATailIsWhatIsLeftOfIt() {
        byte[] stream = events(START, TEXT, REPLY, BLOCK_STOP, end("end_turn"), STOP);
        assertEquals(Optional.of(new Usage(9, 3, 2)), FORM.usageIn(stream));
        assertEquals(
                Optional.of(new Usage(0, 0, 2)),
                FORM.usageIn(Arrays.copyOfRange(stream, stream.length - 150, stream.length)));
        assertEquals(
                Optional.empty(),
                FORM.usageIn(Arrays.copyOfRange(stream, stream.length - 20, stream.length)));
    }
}
