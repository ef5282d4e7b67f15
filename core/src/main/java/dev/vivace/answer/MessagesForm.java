package dev.vivace.answer;

import java.util.List;
import java.util.Optional;

/** Anthropic messages. */
final class MessagesForm implements AnswerForm {
    private static final List<String> LAST = List.of("message_stop");

    @Override
    public Examination examine(byte[] body, boolean stream) {
        return new MessagesReading().examine(body, stream);
    }

    @Override
    public byte[] toObject(byte[] stream) {
        return MessagesAssembly.assemble(stream);
    }

    @Override
    public byte[] toStream(byte[] object, boolean withUsage) {
        return MessagesEvents.of(Json.readObject(object));
    }

    /** Usage is part of the first and the last event, whoever asks. */
    @Override
    public byte[] stream(byte[] stream, boolean withUsage) {
        return stream;
    }

    @Override
    public Optional<Usage> usageIn(byte[] tail) {
        UsageCounts counts = UsageCounts.ofAnthropic();
        counts.readAll(tail);
        return counts.usage();
    }

    @Override
    public long pieces(byte[] stream) {
        return SseEvents.count(stream, "delta");
    }

    @Override
    public StreamEnd end(byte[] tail) {
        return LastEvents.end(tail, LAST);
    }
}
