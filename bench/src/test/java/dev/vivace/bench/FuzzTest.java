package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class FuzzTest {
    private static final long COUNT = 3_000;

    @Test
    void nothingBreaks() throws Exception {
        var run = new FuzzRun();
        try (var upstream = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
                var gateway =
                        Gateway.start(
                                Config.proxyTo(
                                                URI.create(upstream.address() + "/v1"),
                                                Optional.empty())
                                        .withServer(new Config.Server("127.0.0.1", 0)))) {
            run.run(new Fuzz(7), 0, COUNT, gateway.address().getPort(), done -> {});
        }
        assertEquals(0, run.found(), () -> String.join("\n\n", run.findings()));
        assertTrue(run.table().contains("embeddings"), run.table());
    }

    @Test
    void theSameSeedMakesTheSameRequests() {
        for (int i = 0; i < 500; i++) {
            assertArrayEquals(new Fuzz(3).next(i).bytes(), new Fuzz(3).next(i).bytes());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.1 200 OK\\r\\n\\r\\n{}                                 | false | 2xx    | ''",
                "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 400 Bad             | false | 4xx    | ''",
                "''                                                            | false | closed | closed without",
                "HTTP/1.1 200 OK\\r\\n\\r\\n{}                                 | true  | 2xx    | hangs",
                "HTTP/1.1 500 Oops\\r\\n\\r\\n{}                               | false | 5xx    | fails by itself",
                "HTTP/1.1 503 Oops\\r\\n\\r\\nThe upstream                     | false | 5xx    | fails by itself",
                "HTTP/1.1 502 Oops\\r\\n\\r\\nThe upstream closed              | false | 5xx    | ''",
                "HTTP/1.1 400 Bad\\r\\n\\r\\njava.lang.IllegalStateException   | false | 4xx    | shows what",
                "HTTP/1.1 400 Bad\\r\\n\\r\\n\\tat dev.vivace.X.y(X.java:3)    | false | 4xx    | shows what"
            })
    void judges(String answer, boolean hung, String kind, String finding) {
        var one = new Fuzz.Case(1, "chat", "POST".getBytes(ISO_8859_1), true);
        String text = answer.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t");
        FuzzProbe.Verdict verdict = FuzzProbe.judge(one, text + " ", hung);
        assertEquals(kind, verdict.kind());
        assertTrue(verdict.finding().orElse("").startsWith(finding), verdict.toString());
        assertEquals(finding.isEmpty(), verdict.finding().isEmpty());
    }
}
