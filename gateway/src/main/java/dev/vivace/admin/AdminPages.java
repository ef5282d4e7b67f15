package dev.vivace.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.LedgerJson;
import java.io.ByteArrayOutputStream;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Every page that shows what the ledger knows, for GET requests, whatever the HTTP server: {@code
 * /metrics}, {@code /admin/ledger?limit=N} (1 to 1,000, default 100), {@code /admin/stats?since=MS}
 * (default 0), {@code /admin/features}, {@code /admin/config}, {@code /admin/upstreams}, {@code
 * /admin/spending}, {@code /admin/tools}, the dashboard at {@code /} and its files below {@code
 * /dashboard/}.
 *
 * <p>Thread-safe. Except {@link #has}, it takes milliseconds: not for an event loop.
 */
public final class AdminPages {
    private static final String JSON_TYPE = "application/json; charset=utf-8";
    private static final String METRICS = "/metrics";
    private static final String LEDGER = "/admin/ledger";
    private static final String STATS = "/admin/stats";
    private static final String FEATURES = "/admin/features";
    private static final String CONFIG = "/admin/config";
    private static final String UPSTREAMS = "/admin/upstreams";
    private static final String SPENDING = "/admin/spending";
    private static final String TOOLS = "/admin/tools";
    private static final Set<String> PATHS =
            Set.of(METRICS, LEDGER, STATS, FEATURES, CONFIG, UPSTREAMS, SPENDING, TOOLS);
    private static final long DEFAULT_LIMIT = 100;
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");

    private final Assets assets = new Assets();
    private final JsonFactory json = new JsonFactory();
    private final Ledger ledger;
    private final Metrics metrics;
    private final Features features;
    private final Timeline timeline;
    private final Load load;
    private final UpstreamFigures upstreams;
    private final SpendingFigures spending;
    private final Optional<RedisFigures> redis;
    private final Optional<ToolFigures> tools;
    private final Consumer<JsonGenerator> config;

    /**
     * @param ledger the one that {@code metrics}, {@code features} and {@code timeline} listen to
     * @param config writes the effective configuration, without secrets, as one object
     */
    public AdminPages(
            Ledger ledger,
            Metrics metrics,
            Features features,
            Timeline timeline,
            Load load,
            UpstreamFigures upstreams,
            SpendingFigures spending,
            Optional<RedisFigures> redis,
            Optional<ToolFigures> tools,
            Consumer<JsonGenerator> config) {
        this.ledger = ledger;
        this.metrics = metrics;
        this.features = features;
        this.timeline = timeline;
        this.load = load;
        this.upstreams = upstreams;
        this.spending = spending;
        this.redis = redis;
        this.tools = tools;
        this.config = config;
    }

    /** Whether {@link #get} has a page there. Takes no time. */
    public boolean has(String path) {
        return PATHS.contains(path) || assets.has(path);
    }

    /**
     * The page at a path; empty if there is none.
     *
     * @param path without the query
     * @param query a query parameter, decoded
     * @param header a request header, by its name in lower case
     */
    public Optional<Page> get(
            String path,
            Function<String, Optional<String>> query,
            Function<String, Optional<String>> header) {
        if (PATHS.contains(path)) {
            ledger.flush(); // whoever asks after a call has ended finds it
        }
        try {
            return switch (path) {
                case METRICS -> Optional.of(metricsPage());
                case LEDGER -> Optional.of(ledgerPage(query));
                case STATS -> Optional.of(statsPage(query));
                case FEATURES -> Optional.of(page(200, features::write));
                case CONFIG -> Optional.of(page(200, config));
                case UPSTREAMS -> Optional.of(page(200, upstreams::write));
                case SPENDING -> Optional.of(page(200, spending::write));
                case TOOLS -> Optional.of(page(200, this::writeTools));
                default -> assets.get(path, header);
            };
        } catch (BadParameter bad) {
            return Optional.of(bad(bad));
        }
    }

    private Page metricsPage() {
        String text =
                metrics.text(ledger.dropped(), ledger.unwritten())
                        + load.text()
                        + upstreams.text()
                        + redis.map(RedisFigures::text).orElse("")
                        + tools.map(ToolFigures::text).orElse("");
        return dynamic(200, Exposition.CONTENT_TYPE, text.getBytes(UTF_8));
    }

    private void writeTools(JsonGenerator to) {
        tools.ifPresentOrElse(figures -> figures.write(to), () -> ToolFigures.writeNone(to));
    }

    private Page ledgerPage(Function<String, Optional<String>> query) {
        int limit = (int) number(query, "limit", DEFAULT_LIMIT, 1, Ledger.RECENT);
        return page(
                200,
                to -> {
                    to.writeStartObject();
                    to.writeArrayPropertyStart("entries");
                    for (LedgerEntry entry : ledger.latest(limit)) {
                        LedgerJson.write(entry, to);
                    }
                    to.writeEndArray();
                    to.writeEndObject();
                });
    }

    private Page statsPage(Function<String, Optional<String>> query) {
        long since = number(query, "since", 0, 0, Long.MAX_VALUE);
        int step = (int) number(query, "step", 1, 1, Timeline.BUCKETS);
        return page(
                200,
                to -> timeline.write(to, since, step, load.calls().getAsLong(), ledger.dropped()));
    }

    private static long number(
            Function<String, Optional<String>> query,
            String name,
            long otherwise,
            long min,
            long max) {
        Optional<String> given = query.apply(name);
        if (given.isEmpty()) {
            return otherwise;
        }
        String text = given.get();
        if (WHOLE.matcher(text).matches()) {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        }
        String shown = text.length() <= 40 ? text : text.substring(0, 40) + "…";
        throw new BadParameter(
                name,
                "%s must be a whole number from %d to %d, not '%s'"
                        .formatted(name, min, max, shown));
    }

    private Page bad(BadParameter bad) {
        return page(
                400,
                to -> {
                    to.writeStartObject();
                    to.writeObjectPropertyStart("error");
                    to.writeStringProperty("message", bad.getMessage());
                    to.writeStringProperty("type", "invalid_request_error");
                    to.writeStringProperty("param", bad.parameter);
                    to.writeNullProperty("code");
                    to.writeEndObject();
                    to.writeEndObject();
                });
    }

    private Page page(int status, Consumer<JsonGenerator> content) {
        var body = new ByteArrayOutputStream(4 << 10);
        try (JsonGenerator to = json.createGenerator(ObjectWriteContext.empty(), body)) {
            content.accept(to);
        }
        return dynamic(status, JSON_TYPE, body.toByteArray());
    }

    private static Page dynamic(int status, String type, byte[] body) {
        return new Page(
                status,
                type,
                body,
                Map.of("cache-control", "no-store", "x-content-type-options", "nosniff"));
    }

    private static final class BadParameter extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String parameter;

        BadParameter(String parameter, String message) {
            super(message, null, false, false);
            this.parameter = parameter;
        }
    }
}
