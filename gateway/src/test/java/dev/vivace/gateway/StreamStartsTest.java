package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import dev.vivace.config.Config;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.Rates;
import dev.vivace.line.UpstreamRequest.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Until a stream says something, another upstream can still answer in its place. */
@Timeout(60)
final class StreamStartsTest {
    private static final String QUIET =
            ": PROCESSING\n\nevent: ping\ndata: {\"type\": \"ping\"}\n\n";
    private static final List<String> HERE =
            List.of(": here\n\n", Chat.piece("here"), Chat.chunk("{}", "\"stop\""), Chat.DONE);

    private Upstream first;
    private Upstream second;

    @BeforeEach
    void start() throws Exception {
        first = Upstream.start(Chat::reply);
        second = Upstream.start((call, reply) -> reply.stream(HERE));
    }

    @AfterEach
    void stop() throws Exception {
        first.close();
        second.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: error\ndata: {'type':'error','error':{'type':'overloaded_error','message':'m'}}",
                "data: {'type':'error','error':{'type':'rate_limit_error','message':'m'}}",
                "data: {'error':{'message':'m','type':'server_error','code':null}}",
                "data: {'id':'1','error':{'code':502,'message':'m'},'choices':[]}",
                "data: {'cut",
                ": only this"
            })
    void anErrorBehindPingsIsMended(String event) throws Exception {
        first.script(
                (call, reply) -> reply.stream(List.of(QUIET, event.replace('\'', '"') + "\n\n")));
        try (var gateway = gateway(0, "k")) {
            Wire.Answer answer = ask(gateway);
            assertTrue(answer.whole());
            assertEquals(String.join("", HERE), answer.text());
            assertEquals(Optional.of("2"), answer.head().header("x-vivace-attempts"));
        }
        assertEquals(1, first.calls().size());
    }

    @Test
    void aKeyThatIsLimitedIsReplacedByAnother() throws Exception {
        first.script((call, reply) -> {
            boolean limited = call.header("authorization").orElse("").endsWith("k1");
            reply.stream(limited ? List.of(QUIET, "data: {\"error\":{\"code\":429}}\n\n") : HERE);
        });
        try (var gateway = gateway(10, "k1", "k2")) {
            for (int i = 0; i < 4; i++) {
                assertEquals(String.join("", HERE), ask(gateway).text());
            }
        }
        assertEquals(0, second.calls().size());
    }

    @ParameterizedTest
    @CsvSource({"server_error, 2", "invalid_request_error, 1"})
    void whatNobodyMendsIsPassedOnAsItCame(String type, int asked) throws Exception {
        List<String> events =
                List.of(
                        QUIET,
                        "data: {\"error\":{\"message\":\"m\",\"type\":\"" + type + "\"}}\n\n");
        first.script((call, reply) -> reply.stream(events));
        second.script((call, reply) -> reply.stream(events));
        try (var gateway = gateway(0, "k")) {
            Wire.Answer answer = ask(gateway);
            assertTrue(answer.whole());
            assertEquals(String.join("", events), answer.text());
        }
        assertEquals(asked, first.calls().size() + second.calls().size());
    }

    @Test
    void pingsReachAClientThatWaitsForLong() throws Exception {
        var seen = new CountDownLatch(1);
        first.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(QUIET);
            seen.await();
            reply.chunk(Chat.piece("late"));
            reply.chunk(Chat.DONE);
            reply.end();
        });
        try (var gateway = gateway(0, "k");
                var wire = new Wire(gateway.address())) {
            wire.post(Chat.PATH, Chat.stream("patient"));
            Wire.Head head = wire.head();
            assertEquals(QUIET, new String(wire.chunk(), UTF_8));
            seen.countDown();
            assertEquals(Chat.piece("late") + Chat.DONE, wire.rest(head).text());
        }
    }

    // ---- the bounds

    @Test
    void itWaitsForTheFirstEventOnly() {
        Opening opening = opening();
        opening.add(bytes(QUIET));
        assertTrue(opening.waits());
        opening.add(bytes(": more\n"));
        opening.add(bytes("\ndata: {\"choices\":[]}\n\ndata: {\"choices\":[{}]"));
        assertTrue(opening.waits());
        opening.add(bytes("}\n\ndata: {\"ch"));
        assertFalse(opening.waits());
        assertEquals(Cause.NONE, opening.cause(false));
        assertEquals(Cause.NONE, opening.verdict());
        var held = new StringBuilder();
        opening.takeChunks().forEach(chunk -> held.append(new String(chunk, UTF_8)));
        assertEquals(
                QUIET + ": more\n\ndata: {\"choices\":[]}\n\ndata: {\"choices\":[{}]}\n\n",
                held.toString());
    }

    @Test
    void itHoldsSoMuchAndNoMore() {
        Opening opening = opening();
        byte[] comment = bytes(": " + "x".repeat(1_020) + "\n\n");
        int held = 0;
        while (opening.waits()) {
            opening.add(comment);
            held += comment.length;
        }
        assertEquals(Cause.NONE, opening.cause(false));
        assertTrue(held > Opening.HOLD && held <= Opening.HOLD + comment.length, "" + held);
    }

    @Test
    void itHoldsSoLongAndNoLonger() {
        Opening opening = opening();
        long late = System.nanoTime() + Duration.ofHours(1).toNanos();
        assertFalse(opening.overdue(late), "there is nothing to pass on");
        opening.add(bytes(QUIET));
        assertFalse(opening.overdue(System.nanoTime()));
        assertTrue(opening.overdue(late));
        opening.add(bytes(Chat.piece("a")));
        assertFalse(opening.overdue(late));
    }

    @ParameterizedTest
    @CsvSource({"gzip, false", "identity, true"})
    void whatIsPackedIsNotLookedAt(String encoding, boolean waits) {
        Opening opening = opening("text/event-stream", new Header("content-encoding", encoding));
        opening.add(bytes(QUIET));
        assertEquals(waits, opening.waits());
    }

    /** Some keep a connection alive by empty lines until an answer is there that is no stream. */
    @Test
    void anAnswerBeginsAndEndsWithWhatIsNoWhiteSpace() {
        Opening opening = opening("application/json");
        opening.add(bytes("\n"));
        opening.add(bytes(" \r\n"));
        assertFalse(opening.speaks());
        assertEquals(Cause.BROKEN, opening.cause(true), "only white space is no answer");
        opening.add(bytes("\n{\"choices\":[]"));
        assertTrue(opening.speaks());
        assertEquals(Cause.BROKEN, opening.cause(true), "half an object is none");
        opening.add(bytes("}"));
        opening.add(bytes("\n"));
        assertEquals(Cause.NONE, opening.cause(true));
        opening.add(bytes("<"));
        assertEquals(Cause.BROKEN, opening.cause(true));
    }

    @Test
    void onlyOfModelsThatAnswerItIsSaidHowSoonTheyBegin() {
        assertTrue(opening("application/json").timed());
        var failed =
                new Opening(Kind.MODEL, Optional.of(Protocol.CHAT.form()), false, System::nanoTime);
        failed.head(new Head(500, List.of()));
        assertFalse(failed.timed());
        var embeddings = new Opening(Kind.MODEL, Optional.empty(), false, System::nanoTime);
        embeddings.head(new Head(200, List.of(new Header("content-type", "application/json"))));
        assertFalse(embeddings.timed());
    }

    private static Opening opening() {
        return opening("text/event-stream");
    }

    private static Opening opening(String type, Header... more) {
        var opening =
                new Opening(Kind.MODEL, Optional.of(Protocol.CHAT.form()), false, System::nanoTime);
        var headers = new ArrayList<>(List.of(new Header("content-type", type)));
        headers.addAll(List.of(more));
        opening.head(new Head(200, headers));
        return opening;
    }

    private static Wire.Answer ask(Gateway gateway) throws Exception {
        Wire.Answer answer =
                Wire.ask(
                        gateway.address(),
                        Chat.PATH,
                        Chat.stream("start"),
                        "cache-control: no-store");
        assertEquals(200, answer.status(), answer.text());
        return answer;
    }

    private Gateway gateway(int floor, String... keys) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        upstreams.put("first", upstream(first, List.of(keys)));
        upstreams.put("second", upstream(second, List.of("k")));
        var retries =
                new RetryOptions(3, 0, floor, Duration.ofMillis(1), Duration.ofSeconds(10), false);
        String other = floor == 0 ? "second/m-1" : "second/m-2";
        return Gateway.start(
                Config.builder()
                        .server(new Config.Server("127.0.0.1", 0))
                        .upstreams(upstreams)
                        .models(Map.of("m-1", ModelRoute.of("first/m-1", other)))
                        .retries(retries)
                        .build());
    }

    private static Config.Upstream upstream(Upstream at, List<String> keys) {
        return new Config.Upstream(
                at.url(), Config.Protocol.OPENAI, keys, 1, "", Rates.NONE, Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
