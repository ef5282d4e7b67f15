package dev.vivace.bench;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What became of one call.
 *
 * @param text the assistant's message, of an error in mid-stream what came before it; of a lost
 *     call why it is lost
 */
record FaultVerdict(Kind kind, String text) {
    /** The kinds of ends. */
    enum Kind {
        /** Whole, by its framing and by its protocol. */
        ANSWERED,
        /** It failed and says so, in the protocol of the door. */
        ERROR,
        /** Anything else. */
        LOST
    }

    private static final JsonMapper JSON = new JsonMapper();

    static FaultVerdict of(FaultProbe.Reply reply, boolean streamed) {
        try {
            if (reply.status() == 200) {
                return streamed ? ofEvents(reply) : ofObject(reply);
            }
            return reply.status() >= 400 && reply.whole() && isError(JSON.readTree(reply.body()))
                    ? new FaultVerdict(Kind.ERROR, "")
                    : lost("no clear error", reply);
        } catch (JacksonException e) {
            return lost("no JSON", reply);
        }
    }

    private static FaultVerdict ofObject(FaultProbe.Reply reply) {
        JsonNode content =
                JSON.readTree(reply.body()).path("choices").path(0).path("message").path("content");
        return reply.whole() && content.isString()
                ? new FaultVerdict(Kind.ANSWERED, content.stringValue())
                : lost("no whole answer", reply);
    }

    private static FaultVerdict ofEvents(FaultProbe.Reply reply) {
        var text = new StringBuilder();
        boolean finished = false;
        boolean done = false;
        List<String> events = List.of(reply.body().split("\n\n"));
        for (int i = 0; i < events.size(); i++) {
            String event = events.get(i).strip();
            if (done || !event.startsWith("data: ")) {
                return lost("an odd event", reply);
            }
            if (event.equals("data: [DONE]")) {
                done = true;
                continue;
            }
            JsonNode data = JSON.readTree(event.substring(6));
            if (isError(data) && i == events.size() - 1) {
                return new FaultVerdict(Kind.ERROR, text.toString());
            }
            JsonNode choice = data.path("choices").path(0);
            text.append(choice.path("delta").path("content").stringValue(""));
            finished |= choice.path("finish_reason").isString();
        }
        return finished && done && reply.whole()
                ? new FaultVerdict(Kind.ANSWERED, text.toString())
                : lost("a stream without an end", reply);
    }

    private static boolean isError(JsonNode data) {
        return !data.path("error").path("message").stringValue("").isBlank();
    }

    private static FaultVerdict lost(String why, FaultProbe.Reply reply) {
        String body = reply.body();
        return new FaultVerdict(
                Kind.LOST,
                "%s: status %d, %s: %s"
                        .formatted(
                                why,
                                reply.status(),
                                reply.whole() ? "whole" : "broken off",
                                body.substring(Math.max(0, body.length() - 400))));
    }
}
