package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.Prices;
import dev.vivace.ledger.Tokens;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Calls by their number, some at a time: half of them are streams, and half of them are among a few
 * that are asked over and over, so that they are found in the cache and join one another. What is
 * asked follows from the number alone.
 */
final class ManyCalls {
    static final int AT_ONCE = 16;
    private static final String MODEL = "gpt-4o-mini";
    private static final int REPEATED = 8;

    /** Something that is to be done when so many calls are answered. */
    interface Action {
        void run() throws Exception;
    }

    /**
     * A whole answer.
     *
     * @param content what the model says
     * @param costUsd 0 if it was not bought for this call
     */
    record Answered(int call, String cache, String content, double costUsd) {}

    private final URI gateway;
    private final String secret;
    private final int calls;
    private final int last;
    private final Action end;
    private final List<Answered> answered = new ArrayList<>();
    private final Set<Integer> open = new TreeSet<>();
    private final Set<String> asked = new TreeSet<>();
    private int next;
    private int early = -1;
    private Action atEarly = () -> {};
    private boolean mayFail;
    private boolean ended;
    private int firstHits;

    /**
     * @param last after so many answers the end is run, on the thread that has the last: meanwhile
     *     calls may fail, and then there are no more; 0 for never
     */
    ManyCalls(URI gateway, String secret, int calls, int last, Action end) {
        this.gateway = gateway;
        this.secret = secret;
        this.calls = calls;
        this.last = last;
        this.end = end;
    }

    /** Has something done in between, by the thread that has that many answers. */
    void at(int answers, Action action) {
        early = answers;
        atEarly = action;
    }

    void run() throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var all = new ArrayList<Future<?>>();
            for (int i = 0; i < AT_ONCE; i++) {
                all.add(
                        threads.submit(() -> {
                            work();
                            return 0;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        }
    }

    private void work() throws Exception {
        try (var wire = new Wire(gateway)) {
            for (int call = begin(); call >= 0; call = begin()) {
                try {
                    answered(ask(wire, secret, call));
                } catch (IOException | RuntimeException e) {
                    synchronized (this) {
                        if (mayFail) {
                            return;
                        }
                    }
                    throw e;
                }
            }
        }
    }

    private synchronized int begin() {
        if (next == calls || ended) {
            return -1;
        }
        open.add(next);
        return next++;
    }

    private void answered(Answered one) throws Exception {
        Action then = () -> {};
        synchronized (this) {
            open.remove(one.call());
            answered.add(one);
            boolean first = asked.add(prompt(one.call()));
            firstHits += first && one.cache().equals("HIT") ? 1 : 0;
            if (answered.size() == early) {
                then = atEarly;
            } else if (answered.size() == last) {
                mayFail = true;
                then = end;
            }
        }
        then.run();
        synchronized (this) {
            ended |= then == end;
        }
    }

    synchronized List<Answered> answered() {
        return List.copyOf(answered);
    }

    /** Those that were on their way when it ended. */
    synchronized Set<Integer> unanswered() {
        return Set.copyOf(open);
    }

    /** How many were answered in this way. */
    synchronized long count(String cache) {
        return answered.stream().filter(one -> one.cache().equals(cache)).count();
    }

    /** How many prompts were answered from the cache before anything else was heard of them. */
    synchronized int firstHits() {
        return firstHits;
    }

    /** What the answered calls have bought. */
    synchronized double costUsd() {
        return answered.stream().mapToDouble(Answered::costUsd).sum();
    }

    private static boolean streamed(int call) {
        return call % 2 == 0;
    }

    private static String prompt(int call) {
        return call % 4 < 2
                ? "What everybody asks, number " + call / 4 / 16 % REPEATED
                : "What is asked once, number " + call;
    }

    /** One call on a connection of its own. */
    static Answered ask(URI at, String secret, int call) throws IOException {
        try (var wire = new Wire(at)) {
            return ask(wire, secret, call);
        }
    }

    private static Answered ask(Wire wire, String secret, int call) throws IOException {
        String more =
                streamed(call)
                        ? "\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                        : "";
        String body = Chat.ask(prompt(call), more).replace("m-1", MODEL);
        Wire.Answer answer = wire.post(Chat.PATH, body, "Authorization: Bearer " + secret).answer();
        if (!answer.whole() || answer.text().contains("\"error\"")) {
            throw new IOException("cut short: " + answer.text());
        }
        assertEquals(200, answer.status(), answer.text());
        assertTrue(!streamed(call) || answer.text().endsWith(Chat.DONE), answer.text());
        String cache = answer.cache();
        boolean bought = !Set.of("HIT", "JOINED").contains(cache);
        return read(call, cache, bought, answer.text());
    }

    private static Answered read(int call, String cache, boolean bought, String text) {
        var content = new StringBuilder();
        double cost = 0;
        for (String line : text.split("\n", -1)) {
            String json = line.startsWith("data: ") ? line.substring(6) : line;
            if (!json.startsWith("{")) {
                continue;
            }
            JsonNode part = JsonMapper.shared().readTree(json);
            content.append(part.at("/choices/0/message/content").asString(""));
            content.append(part.at("/choices/0/delta/content").asString(""));
            if (part.path("usage").isObject()) {
                cost = cost(part.path("usage"));
            }
        }
        assertTrue(cost > 0, text);
        return new Answered(call, cache, content.toString(), bought ? cost : 0);
    }

    private static double cost(JsonNode usage) {
        long cached = usage.at("/prompt_tokens_details/cached_tokens").asLong(0);
        return Prices.builtIn()
                .of(MODEL)
                .orElseThrow()
                .of(
                        new Tokens(
                                usage.path("prompt_tokens").asLong(0) - cached,
                                cached,
                                usage.path("completion_tokens").asLong(0),
                                0,
                                false));
    }
}
