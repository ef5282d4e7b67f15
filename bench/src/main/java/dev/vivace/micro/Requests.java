package dev.vivace.micro;

import java.nio.charset.StandardCharsets;

/** Chat requests of a given size, the same every time. */
final class Requests {
    private static final String SENTENCE = "The harbour master keeps a ledger of every ship. ";

    private Requests() {}

    static byte[] chat(int bytes) {
        var messages = new StringBuilder("{\"role\":\"system\",\"content\":\"You book flights.\"}");
        while (messages.length() < bytes) {
            String text =
                    SENTENCE.repeat(
                            Math.min(40, 1 + (bytes - messages.length()) / SENTENCE.length()));
            messages.append(",{\"role\":\"user\",\"content\":\"").append(text).append("\"}");
        }
        return ("{\"model\":\"gpt-4o-mini\",\"temperature\":0,\"messages\":[" + messages + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }
}
