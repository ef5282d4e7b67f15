package dev.vivace.answer;

import static dev.vivace.answer.Answers.bytes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamEndTest {
    private static final String PIECE = choice(0, "'x'", "null");
    private static final String STOP = choice(0, "null", "'stop'");

    private static String choice(int index, String content, String finish) {
        return "data: {'choices':[{'index':%d,'delta':{'content':%s},'finish_reason':%s}]}\n\n"
                .formatted(index, content, finish);
    }

    @Test
    void aChatEndsWithItsMarkOrWhereEveryChoiceHasFinished() {
        String usage = "data: {'choices':[],'usage':{'prompt_tokens':1}}\n\n";
        String done = "data: [DONE]\n\n";
        chat(StreamEnd.WHOLE, PIECE + STOP + usage + done);
        chat(StreamEnd.WHOLE, PIECE + done);
        chat(StreamEnd.WHOLE, done);
        chat(StreamEnd.WHOLE, PIECE + "data: [DONE]");
        chat(StreamEnd.WHOLE, PIECE + "data:[DONE]\r\n\r\n: bye\r\n\r\n");
        chat(StreamEnd.WHOLE, PIECE + STOP);
        chat(StreamEnd.WHOLE, PIECE + STOP + usage + ": bye\n\n");
        chat(StreamEnd.WHOLE, PIECE.substring(9) + STOP);
        chat(StreamEnd.WHOLE, STOP + choice(1, "'y'", "null") + choice(1, "null", "'length'"));
        chat(StreamEnd.CUT, STOP + choice(1, "'y'", "null"));
        chat(StreamEnd.CUT, PIECE);
        chat(StreamEnd.CUT, PIECE + usage);
        chat(StreamEnd.CUT, PIECE + choice(0, "'[DONE]'", "''"));
        chat(StreamEnd.CUT, PIECE + ": [DONE]\n\n");
        chat(StreamEnd.CUT, "");
        chat(StreamEnd.CUT, ": only this\n\n");
    }

    @Test
    void aChatWithoutItsMarkIsJudgedByMoreThanItsLastRead() {
        String before = choice(0, "'x'", "null") + choice(1, "'y'", "null");
        String last = choice(1, "null", "'stop'");
        chat(StreamEnd.CUT, last, before + last);
        chat(StreamEnd.WHOLE, last, before + STOP + last);
        chat(StreamEnd.WHOLE, last + "data: [DONE]\n\n", "data: {'not':'asked'}\n\n");
        chat(StreamEnd.ERROR, ": bye\n\n", before + "data: {'error':'m'}\n\n: bye\n\n");
    }

    @Test
    void aChoiceWithoutAnIndexIsTheFirst() {
        chat(StreamEnd.WHOLE, "data: {'choices':[{'index':null,'finish_reason':'stop'}]}\n\n");
        chat(StreamEnd.CUT, "data: {'choices':[{'index':null,'finish_reason':null}]}\n\n");
    }

    @Test
    void whatAnEventSaidThatWasTooLongIsNotKnown() {
        byte[] tail = bytes("xx'}}]}\n\ndata: {'choices':[],'usage':{}}\n\n");
        AnswerForm form = Protocol.CHAT.form();
        assertEquals(StreamEnd.WHOLE, form.end(tail, () -> tail, true));
        assertEquals(StreamEnd.CUT, form.end(tail, () -> tail, false));
        assertEquals(StreamEnd.CUT, form.end(bytes(PIECE), () -> bytes(PIECE), true));
    }

    @Test
    void aChatEndsWithAnErrorThatItReports() {
        chat(StreamEnd.ERROR, PIECE + "data: {'error':{'message':'m'}}\n\n");
        chat(StreamEnd.ERROR, PIECE + "data: {'error':{'message':'m'}}\n\ndata: [DONE]\n\n");
        chat(StreamEnd.ERROR, PIECE + "event: error\ndata: x\n\n");
        byte[] done = bytes("data: [DONE]\n\n");
        String before = PIECE + "data: {'error':{'message':'m'}}\n\n";
        assertEquals(
                StreamEnd.ERROR,
                Protocol.CHAT.form().end(done, () -> bytes(before + "data: [DONE]\n\n"), false),
                "in a read of its own");
        assertEquals(StreamEnd.WHOLE, Protocol.CHAT.form().end(done, () -> done, false));
        chat(
                StreamEnd.ERROR,
                PIECE
                        + "data: {'id':'1','error':{'code':502},'choices':[{'finish_reason':'error'}]}\n\n");
        chat(StreamEnd.CUT, PIECE + "data: {'error':null,'choices':[]}\n\n");
    }

    @Test
    void ofWhatIsNoProtocolNobodySaysThatItIsCut() {
        for (Protocol protocol : Protocol.values()) {
            byte[] stream = bytes("data: tick\n\nevent: x\ndata: tock\n\n");
            assertEquals(StreamEnd.WHOLE, protocol.form().end(stream));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "MESSAGES, message_stop, WHOLE",
        "MESSAGES, message_delta, CUT",
        "MESSAGES, content_block_delta, CUT",
        "MESSAGES, error, ERROR",
        "RESPONSES, response.completed, WHOLE",
        "RESPONSES, response.incomplete, WHOLE",
        "RESPONSES, response.failed, WHOLE",
        "RESPONSES, response.output_item.done, CUT",
        "RESPONSES, error, ERROR"
    })
    void otherStreamsEndWithTheTypeThatSaysSo(Protocol protocol, String type, StreamEnd expected) {
        String before = "event: x\ndata: {'type':'x'}\n\n";
        String event = "data: {'response':{'type':'x'},'type':'" + type + "'}\n\n";
        String named = "event: " + type + "\ndata: {'cut off\n\n";
        String ping = "event: ping\ndata: {'type': 'ping'}\n\n";
        for (String last : new String[] {event, named, "event: " + type + "\n" + event}) {
            for (String after : new String[] {"", ping, "data: [DONE]\n\n", ": c\n\n" + ping}) {
                byte[] stream = bytes(before + last + after);
                assertEquals(expected, protocol.form().end(stream), last + after);
            }
        }
        String own = "event: data\n" + event + before + "event: stats\ndata: {'tokens':1}\n\n";
        assertEquals(expected, protocol.form().end(bytes(own)), "events of the server's own");
    }

    @Test
    void anythingAtAllHasAnEnd() {
        var random = new SplittableRandom(11);
        byte[] good = bytes(PIECE + "event: error\r\ndata: {'type':'message_stop'}\r\n\r\n" + STOP);
        for (int run = 0; run < 20_000; run++) {
            byte[] bad = Arrays.copyOfRange(good, random.nextInt(good.length), good.length);
            for (int i = random.nextInt(8); i > 0; i--) {
                bad[random.nextInt(bad.length)] =
                        (byte) " \n\r:{}[]\",'\\dex0\u00ff".charAt(random.nextInt(17));
            }
            for (Protocol protocol : Protocol.values()) {
                protocol.form().end(bad);
            }
        }
    }

    private static void chat(StreamEnd expected, String last, String more) {
        StreamEnd end = Protocol.CHAT.form().end(bytes(last), () -> bytes(more), false);
        assertEquals(expected, end, last + " of " + more);
    }

    private static void chat(StreamEnd expected, String stream) {
        assertEquals(expected, Protocol.CHAT.form().end(bytes(stream)), stream);
    }
}
