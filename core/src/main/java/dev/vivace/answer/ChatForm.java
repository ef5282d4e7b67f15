package dev.vivace.answer;

import java.io.ByteArrayOutputStream;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI chat completions. */
final class ChatForm implements AnswerForm {
    @Override
    public Examination examine(byte[] body, boolean stream) {
        return new ChatReading().examine(body, stream);
    }

    @Override
    public byte[] toObject(byte[] stream) {
        return ChatAssembly.assemble(stream);
    }

    @Override
    public byte[] toStream(byte[] object, boolean withUsage) {
        return ChatChunks.of(Json.readObject(object), withUsage);
    }

    @Override
    public byte[] stream(byte[] stream, boolean withUsage) {
        return withUsage ? stream : withoutUsage(stream);
    }

    @Override
    public Optional<Usage> usageIn(byte[] tail) {
        UsageCounts counts = UsageCounts.ofOpenAi();
        counts.readAll(tail);
        return counts.usage();
    }

    @Override
    public long pieces(byte[] stream) {
        return SseEvents.count(stream, "");
    }

    @Override
    public StreamEnd end(byte[] tail) {
        return ChatEnd.of(tail, () -> tail, false);
    }

    @Override
    public StreamEnd end(byte[] last, Supplier<byte[]> more, boolean unseen) {
        return ChatEnd.of(last, more, unseen);
    }

    /**
     * Looks for the member first: to parse every event would cost more than the rest of a replay.
     */
    private static byte[] withoutUsage(byte[] stream) {
        ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
        int from = 0;
        String text = UsageCounts.searchable(stream);
        int at = UsageCounts.nextMember(text, 0);
        while (at >= 0) {
            SseEvents event = new SseEvents(stream, SseEvents.startOf(stream, at));
            event.next();
            if (onlyReportsUsage(event.data())) {
                kept.write(stream, from, event.start() - from);
                from = event.end();
            }
            at = UsageCounts.nextMember(text, Math.max(at, event.end()));
        }
        kept.write(stream, from, stream.length - from);
        return from == 0 ? stream : kept.toByteArray();
    }

    private static boolean onlyReportsUsage(byte[] data) {
        try {
            ObjectNode chunk = Json.readObject(data);
            return chunk.get("usage") instanceof ObjectNode
                    && chunk.get("choices") instanceof ArrayNode choices
                    && choices.isEmpty();
        } catch (JacksonException notAChunk) {
            return false;
        }
    }
}
