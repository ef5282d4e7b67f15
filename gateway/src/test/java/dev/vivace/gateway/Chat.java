package dev.vivace.gateway;

import java.util.ArrayList;
import java.util.List;

/** Requests and answers of chat completions, as text. */
final class Chat {
    static final String PATH = "/v1/chat/completions";
    static final String USAGE =
            "{\"prompt_tokens\":21,\"completion_tokens\":9,\"total_tokens\":30}";
    static final String DONE = "data: [DONE]\n\n";

    private Chat() {}

    /** A deterministic question. */
    static String ask(String question) {
        return ask(question, "");
    }

    /**
     * @param more members, each followed by a comma
     */
    static String ask(String question, String more) {
        return "{"
                + more
                + "\"model\":\"m-1\",\"temperature\":0,\"messages\":[{\"role\":\"user\",\"content\":\""
                + question
                + "\"}]}";
    }

    static String stream(String question) {
        return ask(question, "\"stream\":true,");
    }

    static String streamWithUsage(String question) {
        return ask(question, "\"stream\":true,\"stream_options\":{\"include_usage\":true},");
    }

    static String answer(String content) {
        return answer(content, "stop");
    }

    static String answer(String content, String finish) {
        return "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"m-1\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\""
                + content
                + "\"},\"finish_reason\":\""
                + finish
                + "\"}],\"usage\":"
                + USAGE
                + "}";
    }

    static String chunk(String delta, String finish) {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":"
                + delta
                + ",\"finish_reason\":"
                + finish
                + "}]}\n\n";
    }

    static String piece(String content) {
        return chunk("{\"content\":\"" + content + "\"}", "null");
    }

    static String usage() {
        return "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,\"model\":\"m-1\",\"choices\":[],\"usage\":"
                + USAGE
                + "}\n\n";
    }

    /** A whole stream of events. */
    static List<String> events(boolean usage, String finish, String... pieces) {
        var events = new ArrayList<String>();
        events.add(chunk("{\"role\":\"assistant\",\"content\":\"\"}", "null"));
        for (String piece : pieces) {
            events.add(piece(piece));
        }
        events.add(chunk("{}", "\"" + finish + "\""));
        if (usage) {
            events.add(usage());
        }
        events.add(DONE);
        return events;
    }

    /** Answers as asked: in the form and with the usage that the request wants. */
    static void reply(Upstream.Call call, Upstream.Reply reply) throws Exception {
        if (call.text().contains("\"stream\":true")) {
            reply.stream(
                    events(
                            call.text().contains("\"include_usage\":true"),
                            "stop",
                            "A quiet",
                            " answer."));
        } else {
            reply.json(200, answer("A quiet answer."));
        }
    }
}
