package dev.vivace.micro;

import dev.vivace.answer.Protocol;
import dev.vivace.request.RequestScan;
import dev.vivace.request.RequestScanner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One pass that checks and fingerprints a request, beside a JSON tree and beside a plain SHA-256 of
 * the bytes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class FingerprintBenchmark {
    @Param({"1100", "40000"})
    private int bytes;

    private byte[] body = new byte[0];
    private final RequestScanner scanner = new RequestScanner();
    private final JsonMapper jackson = new JsonMapper();

    @Setup
    public void prepare() {
        body = Requests.chat(bytes);
    }

    @Benchmark
    public RequestScan scan() {
        return scanner.scan(body, Protocol.CHAT);
    }

    @Benchmark
    public JsonNode rivalJsonTree() {
        return jackson.readTree(body);
    }

    @Benchmark
    public byte[] floorSha256() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(body);
    }
}
