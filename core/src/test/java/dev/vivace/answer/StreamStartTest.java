package dev.vivace.answer;

import static dev.vivace.answer.Answers.bytes;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StreamStartTest {
    private static final String QUIET =
            ": PROCESSING\n\nevent: ping\ndata: {'type': 'ping'}\n\ndata: {'type':'ping'}\r\n\r\n"
                    + "data:\n\nevent: keepalive\ndata: {}\n\nevent: heartbeat\rdata: x\r\r"
                    + "data: {'id':'1','choices':[],'prompt_filter_results':[{}]}\n\n";

    @Test
    void whatKeepsAliveSaysNothing() {
        assertSame(StreamStart.SILENT, StreamStart.of(bytes("")));
        assertSame(StreamStart.SILENT, StreamStart.of(bytes(QUIET)));
        assertSame(StreamStart.SILENT, StreamStart.of(bytes(QUIET + "data: {'half")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {'choices':[{}]}",
                "data: {'error':null,'choices':[{}]}",
                "data: {'error':'','choices':[{}]}",
                "data: {'error':{},'choices':[{}]}",
                "data: {'error':false,'choices':[{}]}",
                "data: {'object':'chat.completion.chunk','choices':[{}]}",
                "event: message_start\ndata: {'type':'message_start','error':{}}",
                "data: {'type':'response.created','response':{'error':{}}}",
                "data: [DONE]",
                "data: error"
            })
    void theFirstEventAnswers(String event) {
        assertSame(StreamStart.ANSWERS, StreamStart.of(bytes(QUIET + event + "\n\n")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: {'error':{'message':'m'}}",
                "data: {'id':'1','error':{'code':502},'choices':[]}",
                "data:  { 'error' : 'm' }",
                "data: {'object':'error','message':'m'}",
                "data: {'type':'error','error':{}}",
                "data: {'object':'error','message':'m','type':'BadRequestError','code':400}",
                "data: {'error':{'message':'m'},'type':'server_error'}",
                "data: {'type':'server_error','error':{'message':'m'}}",
                "event: data\ndata: {'error':{'message':'m'}}",
                "event: error\ndata: {}"
            })
    void orItFails(String event) {
        var fails =
                assertInstanceOf(
                        StreamStart.Fails.class, StreamStart.of(bytes(QUIET + event + "\n\n")));
        String data = event.substring(event.indexOf("data:") + 5).strip().replace('\'', '"');
        assertEquals(data, new String(fails.data(), UTF_8).strip());
    }
}
