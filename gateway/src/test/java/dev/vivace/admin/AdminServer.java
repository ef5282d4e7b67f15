package dev.vivace.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.key.Budget;
import dev.vivace.key.Spending;
import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerEntry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The admin pages behind the smallest of servers, over a ledger of given entries. */
final class AdminServer implements AutoCloseable {
    final ConcurrentLinkedQueue<String> missing = new ConcurrentLinkedQueue<>();

    /** How the upstreams are; none at first. */
    final List<UpstreamState.Snapshot> upstreams = new CopyOnWriteArrayList<>();

    final Ledger ledger;
    final AdminPages pages;
    private final Map<String, Runnable> before = new ConcurrentHashMap<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    AdminServer(Clock clock, List<LedgerEntry> entries) throws IOException {
        var metrics = new Metrics(Set.of("gpt-4o-mini"));
        var features = new Features(Set.of(Features.EXACT_CACHE, Features.JOIN));
        var timeline = new Timeline(clock);
        ledger = new Ledger(List.of(metrics, features, timeline));
        pages =
                new AdminPages(
                        ledger,
                        metrics,
                        features,
                        timeline,
                        new Load(() -> 3, () -> 4, () -> 5, () -> 1),
                        new UpstreamFigures(() -> List.copyOf(upstreams)),
                        new SpendingFigures(
                                List::of,
                                tenant -> Budget.NONE,
                                Spending.inMemory(clock, Optional.empty())),
                        Optional.of(new RedisFigures(() -> true, () -> 6)),
                        Optional.empty(),
                        to -> {
                            to.writeStartObject();
                            to.writeEndObject();
                        });
        for (int i = 0; i < entries.size(); i++) {
            ledger.record(entries.get(i));
            if (i % 8_000 == 7_999) {
                ledger.flush();
            }
        }
        ledger.flush();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Does something before each answer at a path. */
    void before(String path, Runnable action) {
        before.put(path, action);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        before.getOrDefault(path, () -> {}).run();
        Optional<Page> page =
                pages.get(
                        path,
                        name -> query(exchange.getRequestURI(), name),
                        name -> Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)));
        if (page.isEmpty()) {
            missing.add(path);
        }
        Page answer = page.orElse(new Page(404, "text/plain", new byte[0], Map.of()));
        exchange.getResponseHeaders().set("content-type", answer.contentType());
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        int length = answer.body().length;
        exchange.sendResponseHeaders(answer.status(), length == 0 ? -1 : length);
        exchange.getResponseBody().write(answer.body());
        exchange.close();
    }

    private static Optional<String> query(URI uri, String name) {
        return Arrays.stream(Optional.ofNullable(uri.getRawQuery()).orElse("").split("&"))
                .filter(pair -> pair.startsWith(name + "="))
                .map(pair -> URLDecoder.decode(pair.substring(name.length() + 1), UTF_8))
                .findFirst();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.close();
        ledger.close();
    }
}
