package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * A request that is sent over and over.
 *
 * @param body JSON, ASCII only
 */
record Call(String body) {
    static final String PATH = "/v1/chat/completions";

    private static final String SYSTEM =
            "You are a careful support agent for an airline. Check the booking before you change it, "
                    + "never invent a policy, and ask when a request is unclear. ";

    /** Nothing here makes it deterministic: it is neither cached nor joined. */
    static Call plain() {
        return chat("", 1_100);
    }

    /** A conversation as long as those of agents: 150 kB. */
    static Call large() {
        return chat("", 150_000);
    }

    static Call stream() {
        return chat(",\"stream\":true", 1_100);
    }

    /** The same question each time, with temperature 0. */
    static Call cacheable() {
        return chat(",\"temperature\":0", 1_100);
    }

    static Call cacheableStream() {
        return chat(",\"temperature\":0,\"stream\":true", 1_100);
    }

    /** The whole request, head included. */
    byte[] bytes() {
        return """
        POST %s HTTP/1.1\r
        host: 127.0.0.1\r
        content-type: application/json\r
        authorization: Bearer sk-bench\r
        content-length: %d\r
        \r
        %s\
        """
                .formatted(PATH, body.length(), body)
                .getBytes(US_ASCII);
    }

    private static Call chat(String parameters, int size) {
        var head =
                "{\"model\":\"gpt-4o-mini\""
                        + parameters
                        + ",\"messages\":[{\"role\":\"system\",\"content\":\"";
        var tail = "\"},{\"role\":\"user\",\"content\":\"Where is my luggage?\"}]}";
        var text = SYSTEM.repeat(size / SYSTEM.length() + 1);
        return new Call(head + text.substring(0, size - head.length() - tail.length()) + tail);
    }
}
