package dev.vivace.answer;

import java.util.List;
import java.util.Optional;

/** OpenAI responses. */
final class ResponsesForm implements AnswerForm {
    private static final List<String> LAST =
            List.of("response.completed", "response.incomplete", "response.failed");

    @Override
    public Examination examine(byte[] body, boolean stream) {
        return new ResponsesReading().examine(body, stream);
    }

    @Override
    public byte[] toObject(byte[] stream) {
        return ResponsesAssembly.assemble(stream);
    }

    @Override
    public byte[] toStream(byte[] object, boolean withUsage) {
        return ResponsesEvents.of(Json.readObject(object));
    }

    /** Usage is part of the last event, whoever asks. */
    @Override
    public byte[] stream(byte[] stream, boolean withUsage) {
        return stream;
    }

    @Override
    public Optional<Usage> usageIn(byte[] tail) {
        UsageCounts counts = UsageCounts.ofOpenAi();
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
