package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vivace.answer.Protocol;
import dev.vivace.answer.StreamEnd;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class EventFlowTest {
    private static final String STOP = Chat.chunk("{}", "\"stop\"");
    private static final String OF_SECOND = STOP.replace("\"index\":0", "\"index\":1");

    @Test
    void aChoiceThatHasFinishedSaysNothingOfTheOthers() {
        assertEquals(StreamEnd.CUT, end(Protocol.CHAT, Chat.piece("a"), OF_SECOND));
        assertEquals(StreamEnd.WHOLE, end(Protocol.CHAT, Chat.piece("a"), STOP, OF_SECOND));
        assertEquals(StreamEnd.WHOLE, end(Protocol.CHAT, Chat.piece("a"), OF_SECOND, Chat.DONE));
    }

    @Test
    void anAnswerInOneLongEventIsWholeUnlessItsTypeSaysNo() {
        String text = "x".repeat(3 * WholeEvents.MOST);
        String chat = Chat.chunk("{\"content\":\"" + text + "\"}", "\"stop\"");
        assertEquals(StreamEnd.WHOLE, end(Protocol.CHAT, chat));
        assertEquals(StreamEnd.WHOLE, end(Protocol.CHAT, chat, Chat.usage()));
        assertEquals(StreamEnd.CUT, end(Protocol.CHAT, chat, Chat.piece("more")));
        String typed = "data: {\"type\":\"response.%s\",\"x\":\"" + text + "\"}\n\n";
        assertEquals(StreamEnd.WHOLE, end(Protocol.RESPONSES, typed.formatted("completed")));
        assertEquals(StreamEnd.CUT, end(Protocol.RESPONSES, typed.formatted("created")));
    }

    /** Of a stream that comes in these parts, the long ones in several reads. */
    private static StreamEnd end(Protocol protocol, String... parts) {
        var flow = new EventFlow(Optional.of(protocol.form()));
        var written = new StringBuilder();
        for (String part : parts) {
            byte[] bytes = part.getBytes(UTF_8);
            for (int at = 0; at < bytes.length; at += 10_000) {
                int to = Math.min(bytes.length, at + 10_000);
                written.append(new String(flow.with(Arrays.copyOfRange(bytes, at, to)), UTF_8));
            }
        }
        int tail = Math.max(0, written.length() - 16_000);
        return flow.ending(() -> written.substring(tail).getBytes(UTF_8));
    }
}
