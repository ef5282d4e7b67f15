package dev.vivace.simulator;

import dev.vivace.token.TokenCounter;
import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * A request as the model reads it: one sequence of tokens, first the tools, then the messages, of
 * which only the length and the digests of its blocks are kept.
 *
 * @param tokens the sequence's length
 * @param blocks for each whole block of {@value PrefixCache#STEP} tokens, a digest of the sequence
 *     up to its end
 */
record Prompt(int tokens, long[] blocks) {
    /** What a message costs besides its text. */
    static final int MESSAGE_OVERHEAD = 4;

    /** What an image, a sound or a file costs, whatever its size. */
    static final int MEDIA_TOKENS = 85;

    /**
     * @param owner what separates prompts that never share a beginning
     */
    static Prompt of(
            long owner, List<JsonNode> tools, List<JsonNode> messages, TokenCounter counter) {
        var reader = new Reader(owner, counter);
        tools.forEach(tool -> reader.text(tool.toString()));
        messages.forEach(reader::message);
        return new Prompt(
                reader.length, Arrays.copyOf(reader.blocks, reader.length / PrefixCache.STEP));
    }

    private static final class Reader {
        private final TokenCounter counter;
        private long digest;
        private int length;
        private long[] blocks = new long[8];

        Reader(long owner, TokenCounter counter) {
            this.digest = owner;
            this.counter = counter;
        }

        void message(JsonNode message) {
            int role = message.path("role").stringValue("").hashCode();
            for (int i = 0; i < MESSAGE_OVERHEAD; i++) {
                token(role + i);
            }
            text(message.path("name").stringValue(""));
            content(message.path("content"));
            for (JsonNode call : message.path("tool_calls")) {
                text(call.path("function").path("name").stringValue(""));
                text(call.path("function").path("arguments").stringValue(""));
            }
        }

        private void content(JsonNode content) {
            if (content.isString()) {
                text(content.stringValue());
            }
            for (JsonNode part : content) {
                if (part.path("text").isString()) {
                    text(part.path("text").stringValue());
                } else {
                    int media = part.toString().hashCode();
                    for (int i = 0; i < MEDIA_TOKENS; i++) {
                        token(media + i);
                    }
                }
            }
        }

        private void text(String text) {
            for (int token : counter.tokens(text)) {
                token(token);
            }
        }

        private void token(int token) {
            digest = Mix.of(digest, token);
            length++;
            if (length % PrefixCache.STEP == 0) {
                int index = length / PrefixCache.STEP - 1;
                if (index == blocks.length) {
                    blocks = Arrays.copyOf(blocks, 2 * index);
                }
                blocks[index] = digest;
            }
        }
    }
}
