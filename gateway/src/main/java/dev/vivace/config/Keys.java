package dev.vivace.config;

import dev.vivace.config.Config.Cache;
import dev.vivace.config.Config.Embeddings;
import dev.vivace.config.Config.Limits;
import dev.vivace.config.Config.Protocol;
import dev.vivace.config.Config.Server;
import dev.vivace.config.Config.Timeouts;
import dev.vivace.config.Config.Upstream;
import dev.vivace.deliver.Balance;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import java.util.List;
import java.util.Optional;

/**
 * Every key that a file may have, section by section: the only list of them, for the reader, the
 * documentation and the JSON schema. A section stands before the one that holds it.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is one by List.of
enum Keys {
    SERVER(
            "server",
            Key.of(
                    "host",
                    Server.HOST,
                    Server.DEFAULT.host(),
                    "The address to listen on. Any other than loopback needs client keys."),
            Key.of("port", Server.PORT, Server.DEFAULT.port(), "The port; 0 picks a free one."),
            Key.list(
                    "hosts",
                    0,
                    100,
                    Server.HOST,
                    "none",
                    "More names under which clients may ask a gateway on loopback; see [Names](#names)."),
            Key.optional(
                    "region",
                    Rules.REGION,
                    "none",
                    "Where this gateway runs. Of equally good upstreams, those of the same region are asked first."),
            Key.of(
                    "notice",
                    Server.NOTICE,
                    Server.DEFAULT.notice(),
                    "How long it takes calls as before after SIGTERM, while `/readyz` says 503: as long as a balancer needs to see that."),
            Key.of(
                    "grace",
                    Server.GRACE,
                    Server.DEFAULT.grace(),
                    "How long calls in flight may take to end after SIGTERM and `server.notice`."),
            Key.of(
                    "connections",
                    Server.CONNECTIONS,
                    Server.DEFAULT.connections(),
                    "Most client connections at a time.")),
    UPSTREAM_TIMEOUTS(
            "upstreams.NAME.timeouts",
            Key.optional(
                    "connect",
                    Timeouts.RANGE,
                    "`timeouts.connect`",
                    "To open a connection to this upstream."),
            Key.optional(
                    "first-byte",
                    Timeouts.RANGE,
                    "`timeouts.first-byte`",
                    "From the request's last byte to the answer's first, here."),
            Key.optional(
                    "idle",
                    Timeouts.RANGE,
                    "`timeouts.idle`",
                    "Longest silence in the middle, here.")),
    UPSTREAM(
            "upstreams.NAME",
            Key.required("url", Upstream.URL, "Where it is."),
            Key.of("protocol", Upstream.PROTOCOL, Protocol.OPENAI, "What it speaks."),
            Key.list(
                    "keys",
                    1,
                    Upstream.MOST_KEYS,
                    Upstream.KEY,
                    "none: each client's own credential goes there",
                    "Sent to it instead of the clients' own credentials, in turn; one that is refused rests."),
            Key.of(
                    "weight",
                    Upstream.WEIGHT,
                    Upstream.DEFAULT_WEIGHT,
                    "Its share of the calls beside other upstreams of a chain, where `balance` goes by weight or load."),
            Key.optional("region", Rules.REGION, "none", "Where it is; see `server.region`."),
            Key.optional(
                    "requests-per-minute",
                    Rules.PER_MINUTE,
                    "no limit",
                    "What it may be asked for: calls."),
            Key.optional(
                    "tokens-per-minute",
                    Rules.PER_MINUTE,
                    "no limit",
                    "What it may be asked for: prompt and output tokens."),
            Key.section("timeouts", UPSTREAM_TIMEOUTS, "How long this upstream may take.")),
    MODEL(
            "models.NAME",
            Key.list(
                    "chain",
                    1,
                    ModelRoute.LONGEST,
                    ModelRoute.TARGET,
                    "",
                    "The models that are meant, each once. Where one fails before its answer began, the next is asked."),
            Key.of(
                    "balance",
                    Rules.BALANCE,
                    Balance.ORDER,
                    "Which of the chain is asked first: the first, one by chance in proportion to the weights, the one with the fewest calls in flight for its weight, or the one whose recent answers began soonest."),
            Key.optional(
                    "larger",
                    ModelRoute.TARGET,
                    "none",
                    "The model that is asked when a call is too long for the chain's context windows.")),
    PRICE(
            "prices.MODEL",
            Key.required("input", Config.PRICE, "A prompt token that the provider read afresh."),
            Key.optional(
                    "cached",
                    Config.PRICE,
                    "the same as `input`",
                    "A prompt token that the provider had in its prefix cache."),
            Key.required(
                    "output", Config.PRICE, "A token that the model wrote; 0 for embeddings.")),
    CACHE(
            "cache",
            Key.of(
                    "mode",
                    Cache.MODE,
                    Cache.DEFAULT.mode(),
                    "Which requests the exact cache serves: those with temperature 0 or a seed, all, or none."),
            Key.of(
                    "max",
                    Cache.MAX,
                    Cache.DEFAULT.maxBytes(),
                    "What all entries together may hold."),
            Key.of(
                    "ttl",
                    Cache.TTL,
                    Cache.DEFAULT.ttl(),
                    "How long an entry lives unless the request says otherwise.")),
    EMBEDDINGS(
            "embeddings",
            Key.of(
                    "batch-items",
                    Embeddings.ITEMS,
                    Embeddings.DEFAULT.batchItems(),
                    "Most inputs of several callers that are merged into one upstream call. A call that has more by itself goes alone and is never split."),
            Key.of(
                    "batch-tokens",
                    Embeddings.TOKENS,
                    Embeddings.DEFAULT.batchTokens(),
                    "Most tokens, as estimated, of several callers that are merged into one upstream call. A call that has more by itself goes alone and is never split."),
            Key.of(
                    "batch-wait",
                    Embeddings.WAIT,
                    Embeddings.DEFAULT.batchWait(),
                    "Longest time that an input waits for others.")),
    TOOLS(
            "tools",
            Key.of(
                    "selection",
                    ToolSelection.MODE,
                    ToolSelection.DEFAULT.mode(),
                    "Whether clients of `/mcp` are told of all tools, where there are more than `whole`, or of those that were of use and of `search_tools`, which finds the rest. `shadow` lists all, and counts what a choice would have done."),
            Key.of(
                    "whole",
                    ToolSelection.WHOLE,
                    ToolSelection.DEFAULT.whole(),
                    "Up to so many tools are all listed.")),
    LIMITS(
            "limits",
            Key.of("body", Limits.BODY, Limits.DEFAULT.bodyBytes(), "Largest request body."),
            Key.of(
                    "in-flight",
                    Limits.IN_FLIGHT,
                    Limits.DEFAULT.inFlightBytes(),
                    "Most bytes of request bodies, and of answers beyond their first 64 kB each, held at one time; not less than `limits.body`. A body takes room as its bytes come; where there is no more, it waits, unread, for at most 30 s, and is then refused with 429. Of this, bodies of one tenant (without client keys: of one address) that have come in part take a quarter at most, or `limits.body` if that is more. An answer for which there is no room is not cached, and its upstream waits until the clients have read it. It, `cache.max` and 64 kB for each connection must fit into the heap; see [What applies](#what-applies)."),
            Key.of(
                    "messages",
                    Limits.MESSAGES,
                    Limits.DEFAULT.messages(),
                    "Most messages of one call.")),
    TIMEOUTS(
            "timeouts",
            Key.of(
                    "connect",
                    Timeouts.RANGE,
                    Timeouts.DEFAULT.connect(),
                    "To open a connection to an upstream."),
            Key.of(
                    "first-byte",
                    Timeouts.RANGE,
                    Timeouts.DEFAULT.firstByte(),
                    "From the request's last byte to the answer's first."),
            Key.of(
                    "idle",
                    Timeouts.RANGE,
                    Timeouts.DEFAULT.idle(),
                    "Longest silence in the middle: of an upstream within its answer, of either side within a request that flows through, and of a client that takes nothing of its answer, which is then cut off.")),
    RETRIES(
            "retries",
            Key.of(
                    "attempts",
                    Rules.ATTEMPTS,
                    RetryOptions.DEFAULT.attempts(),
                    "Most times that one call is sent to one upstream."),
            Key.of(
                    "budget",
                    Rules.RETRY_BUDGET,
                    RetryOptions.DEFAULT.budget(),
                    "Most retries to an upstream, of the calls that came to it within the last minute. Going on to the next upstream of a chain is no retry."),
            Key.of(
                    "floor",
                    Rules.RETRY_FLOOR,
                    RetryOptions.DEFAULT.floor(),
                    "Retries to an upstream within a minute that are allowed however few calls came."),
            Key.of(
                    "base",
                    Rules.RETRY_BASE,
                    RetryOptions.DEFAULT.base(),
                    "The first wait is a random part of it, and of twice as much with each further one."),
            Key.of(
                    "max-wait",
                    Rules.MAX_WAIT,
                    RetryOptions.DEFAULT.maxWait(),
                    "The longest wait before a retry. An upstream that asks for more by Retry-After is not asked again by this call."),
            Key.of(
                    "hedge",
                    Rules.HEDGE,
                    RetryOptions.DEFAULT.hedge(),
                    "Whether a second attempt starts when the first is later than 19 of 20 recent answers were. It takes from the same budget.")),
    BREAKER(
            "breaker",
            Key.of(
                    "mode",
                    Rules.BREAKER_MODE,
                    BreakerOptions.DEFAULT.on(),
                    "Whether an upstream, or one key of it, is left alone for a while when it fails too often."),
            Key.of(
                    "window",
                    Rules.WINDOW,
                    BreakerOptions.DEFAULT.window(),
                    "What counts is what happened within it."),
            Key.of(
                    "min-calls",
                    Rules.MIN_CALLS,
                    BreakerOptions.DEFAULT.minCalls(),
                    "With fewer calls in the window, nothing is concluded."),
            Key.of(
                    "failure-rate",
                    Rules.FAILURE_RATE,
                    BreakerOptions.DEFAULT.failureRate(),
                    "It is left alone from this share of failures on."),
            Key.of(
                    "open",
                    Rules.OPEN,
                    BreakerOptions.DEFAULT.open(),
                    "How long nothing is sent there."),
            Key.of(
                    "probes",
                    Rules.PROBES,
                    BreakerOptions.DEFAULT.probes(),
                    "How many calls at a time are let through after that, until as many have succeeded or one has failed.")),
    CONCURRENCY(
            "concurrency",
            Key.of(
                    "mode",
                    Rules.CONCURRENCY_MODE,
                    ConcurrencyOptions.DEFAULT.mode(),
                    "What limits the calls in flight to each upstream: nothing, `max`, or what the time to the first token says, `max` at most."),
            Key.of(
                    "max",
                    Rules.MAX_CALLS,
                    ConcurrencyOptions.DEFAULT.max(),
                    "Most calls in flight to one upstream."),
            Key.of(
                    "queue",
                    Rules.QUEUE,
                    ConcurrencyOptions.DEFAULT.queue(),
                    "Most calls that wait for their turn, for each upstream; beyond it 429 at once."),
            Key.of(
                    "queue-wait",
                    Rules.QUEUE_WAIT,
                    ConcurrencyOptions.DEFAULT.queueWait(),
                    "How long a call waits for its turn at most.")),
    TENANT(
            "tenants.NAME",
            Key.optional(
                    "requests-per-minute",
                    Rules.PER_MINUTE,
                    "no limit",
                    "Calls of all its keys together."),
            Key.optional(
                    "tokens-per-minute",
                    Rules.PER_MINUTE,
                    "no limit",
                    "Prompt and output tokens of all its keys together."),
            Key.optional(
                    "budget-day",
                    Rules.BUDGET,
                    "no limit",
                    "What all its keys together may spend in one day of UTC."),
            Key.optional(
                    "budget-month",
                    Rules.BUDGET,
                    "no limit",
                    "What all its keys together may spend in one calendar month of UTC.")),
    REDIS(
            "redis",
            Key.required(
                    "url",
                    RedisOptions.URL,
                    "A Redis or Valkey server that several gateways share: for limits, spending, keys and cached answers."),
            Key.of(
                    "timeout",
                    RedisOptions.TIMEOUT,
                    RedisOptions.DEFAULT_TIMEOUT,
                    "How long a call waits for it, before it goes on with what this gateway knows by itself."),
            Key.of(
                    "prefix",
                    RedisOptions.PREFIX,
                    RedisOptions.DEFAULT_PREFIX,
                    "What every key there begins with."),
            Key.optional(
                    "secret",
                    RedisOptions.SECRET,
                    "one made of `redis.url` and `redis.prefix`, which must then be written alike everywhere",
                    "What the gateways must have in common to share cached answers: the same everywhere, and known to nobody else.")),
    MCP(
            "mcp.NAME",
            Key.optional(
                    "command",
                    ToolServer.COMMAND,
                    "none: it has a `url`",
                    "The program to start, which talks on its standard input and output."),
            Key.list(
                    "args",
                    0,
                    ToolServer.MOST_ARGUMENTS,
                    ToolServer.ARGUMENT,
                    "none",
                    "The program's arguments, as they are: no shell reads them."),
            Key.texts(
                    "env",
                    ToolServer.MOST_ARGUMENTS,
                    ToolServer.VARIABLE,
                    ToolServer.VALUE,
                    "none",
                    "Its environment, beside `PATH` and `HOME`: it gets nothing else of the gateway's."),
            Key.optional(
                    "url",
                    ToolServer.URL,
                    "none: it has a `command`",
                    "Where a server is that speaks streamable HTTP."),
            Key.texts(
                    "headers",
                    100,
                    ToolServer.HEADER,
                    ToolServer.HEADER_VALUE,
                    "none",
                    "Sent there with every request."),
            Key.of(
                    "trust",
                    ToolServer.TRUST,
                    ToolServer.Terms.DEFAULT.trust(),
                    "Whether what it says of its tools (that they only read, or can be repeated) is believed. Otherwise it can only make things stricter."),
            Key.of(
                    "timeout",
                    ToolServer.TIMEOUT,
                    ToolServer.Terms.DEFAULT.timeout(),
                    "How long one call may take from when it is sent; what it waits for its turn, 30 s at most, is not part of it."),
            Key.of(
                    "ttl",
                    ToolServer.TTL,
                    ToolServer.Terms.DEFAULT.ttl(),
                    "How long a result of a tool that only reads may be served again; 0: not at all. What changes behind the server's back is not noticed meanwhile. Needs `trust`."),
            Key.optional(
                    "concurrency",
                    ToolServer.CONCURRENCY,
                    "no limit but that of each tool, 100",
                    "Most calls of all its tools together at a time; others wait for their turn."),
            Key.optional(
                    "requests-per-minute",
                    Rules.PER_MINUTE,
                    "no limit",
                    "Most calls of all its tools together; beyond that a call is answered with an error at once.")),
    FILE(
            "",
            Key.section("server", SERVER, "Where the gateway listens."),
            Key.optional(
                    "data",
                    Config.DATA,
                    "none: memory only",
                    "Where what survives a restart is kept."),
            Key.names(
                    "upstreams",
                    1,
                    Config.UPSTREAM_NAME,
                    UPSTREAM,
                    "the one that `--upstream` or the environment names, called `default`",
                    "The providers, by name; the first is the one for models that name none."),
            Key.names(
                    "models",
                    0,
                    Config.MODEL_NAME,
                    MODEL,
                    "none",
                    "Names that clients may use for models."),
            Key.names(
                    "prices",
                    0,
                    Config.MODEL_NAME,
                    PRICE,
                    "the built-in prices",
                    "What models charge. They replace the built-in prices of the same names."),
            Key.section("cache", CACHE, "The exact cache."),
            Key.section("embeddings", EMBEDDINGS, "How embedding calls are gathered."),
            Key.section("limits", LIMITS, "What one request and all together may hold."),
            Key.section("timeouts", TIMEOUTS, "How long an upstream may take."),
            Key.section("retries", RETRIES, "When a call that failed is sent again."),
            Key.section("breaker", BREAKER, "When an upstream that fails is left alone."),
            Key.section("concurrency", CONCURRENCY, "How many calls each upstream works on."),
            Key.names(
                    "tenants",
                    0,
                    Rules.TENANT,
                    TENANT,
                    "none",
                    "What tenants may take; keys have limits of their own beside these."),
            Key.section("redis", REDIS, "What several gateways share; nothing without it."),
            Key.section("tools", TOOLS, "Which of many tools clients are told of."),
            Key.names(
                    "mcp",
                    0,
                    ToolServer.NAME,
                    MCP,
                    "none: there is nothing at `/mcp`",
                    "MCP servers, by name, whose tools are offered together at `/mcp`; see [MCP](mcp.md). Each has either a `command` or a `url`."));

    private final String path;
    private final List<Key> keys;

    Keys(String path, Key... keys) {
        this.path = path;
        this.keys = List.of(keys);
    }

    /** The section's own path, as the documentation writes it. */
    String path() {
        return path;
    }

    List<Key> keys() {
        return keys;
    }

    /** Their names. */
    List<String> known() {
        return keys.stream().map(Key::name).toList();
    }

    Optional<Key> find(String name) {
        return keys.stream().filter(key -> key.name().equals(name)).findFirst();
    }
}
