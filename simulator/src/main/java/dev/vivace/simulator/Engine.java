package dev.vivace.simulator;

import dev.vivace.ledger.Price;
import dev.vivace.simulator.Answer.Choice;
import dev.vivace.simulator.Meaning.Digest;
import dev.vivace.simulator.TimeModel.Timing;
import dev.vivace.simulator.Transcript.Ending;
import dev.vivace.token.TokenCounter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** Computes answers: pure computation but for the provider's state. Thread-safe. */
final class Engine {
    static final String EMBEDDINGS = "/v1/embeddings";
    private static final Duration FAULT_RETRY_AFTER = Duration.ofSeconds(1);

    private static final Door CHAT = new ChatDoor();

    /** The doors of calls that are answered with words. */
    static final Map<String, Door> DOORS =
            Map.of(
                    "/v1/chat/completions", CHAT,
                    "/v1/responses", new ResponsesDoor(),
                    "/v1/messages", new MessagesDoor());

    private final SimulatorOptions options;
    private final Counters counters;
    private final TokenCounter counter = new TokenCounter();
    private final Embeddings embeddings = new Embeddings(counter);
    private final Author author;
    private final PrefixCache prefixes;
    private final TokenBudget budget;

    Engine(SimulatorOptions options, Counters counters) {
        this.options = options;
        this.counters = counters;
        author = new Author(new Script(options.scripts()), counter, counters::unscripted);
        prefixes = new PrefixCache(options.prefixTtl(), options.clock());
        budget = new TokenBudget(options.tokensPerMinute(), options.clock());
    }

    /** The provider forgets. */
    void reset() {
        prefixes.clear();
        budget.clear();
    }

    /** How a refusal is written at this path. */
    static Door doorAt(String path) {
        return DOORS.getOrDefault(path, CHAT);
    }

    /**
     * @param path of one of the {@link #DOORS}, or {@link #EMBEDDINGS}
     * @param credential who asks; empty if it does not say
     */
    Transcript answer(String path, String credential, byte[] body, Optional<Fault> fault) {
        Door door = doorAt(path);
        try {
            if (fault.isPresent()) {
                Optional<Transcript> instead = instead(fault.get());
                if (instead.isPresent()) {
                    return instead.get();
                }
            }
            ObjectNode object = Json.readObject(body);
            Transcript answer =
                    path.equals(EMBEDDINGS)
                            ? embed(credential, object)
                            : say(door, credential, object);
            return fault.isPresent() ? answer.spoilt(fault.get()) : answer;
        } catch (ApiError e) {
            return Transcript.error(e, door);
        }
    }

    /** What a fault puts in an answer's place, if it does not spoil the answer itself. */
    private static Optional<Transcript> instead(Fault fault) {
        return switch (fault) {
            case RATE_LIMITED ->
                    throw ApiError.limited(
                            "requests", FAULT_RETRY_AFTER, "injected fault: rate limit reached");
            case ERROR_500 -> throw ApiError.server(500, "injected fault: internal error");
            case ERROR_502 -> throw ApiError.server(502, "injected fault: bad gateway");
            case ERROR_503 -> throw ApiError.server(503, "injected fault: overloaded");
            case HANG -> Optional.of(Transcript.nothing(Ending.NEVER));
            case RESET -> Optional.of(Transcript.nothing(Ending.RESET));
            case CUT, GARBAGE, SLOW -> Optional.empty();
        };
    }

    private Transcript say(Door door, String credential, ObjectNode body) {
        ModelCall call = door.read(body);
        long owner = owner(credential, call.model());
        Prompt prompt = Prompt.of(owner, call.tools(), call.messages(), counter);
        List<Choice> choices = author.choices(call);
        int output = choices.stream().mapToInt(author::tokens).sum();
        charge(owner, prompt.tokens() + output);
        int cached = prefixes.cachedTokens(prompt);
        var bill = new Bill(prompt.tokens(), cached, output, price(call.model()));
        Timing timing =
                options.time()
                        .answer(
                                prompt.tokens() - cached,
                                choices.stream().mapToInt(author::tokens).max().orElse(1),
                                draw(call.digest()));
        var answer = new Answer(choices, bill);
        Runnable read = () -> prefixes.remember(prompt);
        return call.stream()
                ? Transcript.stream(
                        door.events(call, answer), timing, options.timeScale(), bill, read)
                : Transcript.whole(
                        Json.bytes(door.whole(call, answer)),
                        timing,
                        options.timeScale(),
                        bill,
                        read);
    }

    private Transcript embed(String credential, ObjectNode body) {
        Embeddings.Request request = embeddings.read(body);
        charge(owner(credential, request.model()), request.tokens());
        var bill = new Bill(request.tokens(), 0, 0, price(request.model()));
        Timing timing = options.time().embedding(request.tokens(), draw(ModelCall.digestOf(body)));
        byte[] answer = Json.bytes(embeddings.answer(request));
        return Transcript.whole(answer, timing, options.timeScale(), bill, () -> {});
    }

    private void charge(long owner, long tokens) {
        Duration wait = budget.take(owner, tokens);
        if (!wait.isZero()) {
            counters.rateLimited();
            throw ApiError.limited(
                    "tokens",
                    wait,
                    "rate limit reached: at most %d tokens per minute, this call has %d; come again in %d ms"
                            .formatted(budget.perMinute(), tokens, wait.toMillis()));
        }
    }

    private Price price(String model) {
        return options.prices().of(model).orElse(SimulatorOptions.UNKNOWN_MODEL_PRICE);
    }

    /** The jitter's draw depends on the request, not on the order in which requests come. */
    private double draw(Digest digest) {
        return Mix.unit(options.seed(), digest.low());
    }

    /** Prefixes and limits belong to a credential and a model. */
    private static long owner(String credential, String model) {
        return Meaning.of(credential.length() + ":" + credential + model).high();
    }
}
