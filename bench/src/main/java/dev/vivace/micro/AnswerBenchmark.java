package dev.vivace.micro;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Examination;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** An answer of 200 events: through the log to one reader, to ten, and examined for the cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class AnswerBenchmark {
    private static final int EVENTS = 200;
    private static final Head HEAD =
            new Head(200, List.of(new Header("content-type", "text/event-stream")));

    private final byte[][] events = new byte[EVENTS][];
    private byte[] stream = new byte[0];
    private byte[] object = new byte[0];

    @Setup
    public void prepare() {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < EVENTS; i++) {
            events[i] = event(i);
            all.writeBytes(events[i]);
        }
        all.writeBytes("data: [DONE]\n\n".getBytes(StandardCharsets.UTF_8));
        stream = all.toByteArray();
        object = Protocol.CHAT.form().toObject(stream);
    }

    private static byte[] event(int i) {
        String delta = i == EVENTS - 1 ? "{}" : "{\"content\":\"" + "word ".repeat(20) + i + "\"}";
        String reason = i == EVENTS - 1 ? "\"stop\"" : "null";
        return ("data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
                        + "\"model\":\"gpt-4o-mini\",\"choices\":[{\"index\":0,\"delta\":"
                        + delta
                        + ",\"finish_reason\":"
                        + reason
                        + "}]}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public long relayToOne() {
        return relay(1, 0);
    }

    @Benchmark
    public long relayToTen() {
        return relay(10, 1 << 20);
    }

    private long relay(int count, long kept) {
        var log = new AnswerLog(kept);
        var readers = new AnswerLog.Reader[count];
        for (int i = 0; i < count; i++) {
            readers[i] = log.read(() -> {}).orElseThrow();
        }
        log.head(HEAD);
        long read = 0;
        for (byte[] event : events) {
            log.append(event);
            for (AnswerLog.Reader reader : readers) {
                byte[] got = reader.next();
                read += got == null ? 0 : got.length;
            }
        }
        log.complete();
        for (AnswerLog.Reader reader : readers) {
            reader.close();
        }
        return read;
    }

    @Benchmark
    public Examination examineStream() {
        return Protocol.CHAT.form().examine(stream, true);
    }

    @Benchmark
    public byte[] streamToObject() {
        return Protocol.CHAT.form().toObject(stream);
    }

    @Benchmark
    public byte[] objectToStream() {
        return Protocol.CHAT.form().toStream(object, true);
    }
}
