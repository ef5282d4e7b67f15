package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.key.Budget;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A gateway with a data directory and clients of three tenants, and the rules that hold whatever
 * they do: nobody is given what another's call brought, the books name who called, and the upstream
 * sees neither.
 */
final class TenantWorld implements AutoCloseable {
    static final String ADMIN = "x-vivace-admin-key: root-of-all";
    static final String UPSTREAM_KEY = "sk-of-the-upstream";

    /**
     * A holder of a client key.
     *
     * @param domain who may be given the same answers
     */
    record Client(String name, String tenant, String domain, String id, String secret) {
        String[] headers(String... more) {
            var all = new ArrayList<>(List.of(more));
            all.add("Authorization: Bearer " + secret);
            return all.toArray(String[]::new);
        }
    }

    final NumberedAnswers answers = new NumberedAnswers();
    final Upstream upstream;
    final Client a1;
    final Client a2;
    final Client own1;
    final Client own2;
    final Client beta;

    /** Of a tenant whose name begins with another's. */
    final Client longer;

    final List<Client> clients;
    private final Config config;
    private final Path data;
    private final Map<String, String> ownerOfNumber = new HashMap<>();
    private final Map<String, Client> callers = new HashMap<>();
    Gateway gateway;

    TenantWorld(Path data, UnaryOperator<Config> change) throws Exception {
        this.data = data;
        upstream = Upstream.start(answers);
        config = change.apply(Gateways.config(upstream.url()).withData(Optional.of(data)));
        gateway = Gateway.start(config, Optional.of("root-of-all"));
        a1 = create("a1", "acme", "");
        a2 = create("a2", "acme", "");
        own1 = create("own1", "acme", ",\"scope\":\"key\"");
        own2 = create("own2", "acme", ",\"scope\":\"key\"");
        beta = create("beta", "beta", "");
        longer = create("longer", "acme-2", "");
        clients = List.of(a1, a2, own1, own2, beta, longer);
    }

    Client create(String name, String tenant, String members) throws Exception {
        String terms = "{\"tenant\":\"%s\"%s}".formatted(tenant, members);
        Wire.Answer made = Wire.ask(gateway.address(), KeyDoor.PATH, terms, ADMIN);
        assertEquals(201, made.status(), made.text());
        JsonNode key = JsonMapper.shared().readTree(made.body());
        String id = key.path("id").asString("");
        boolean alone = key.path("scope").asString("").equals("key");
        return new Client(
                name,
                tenant,
                alone ? tenant + " " + id : tenant,
                id,
                key.path("secret").asString(""));
    }

    void restart() {
        gateway.close();
        gateway = Gateway.start(config, Optional.of("root-of-all"));
    }

    int domains() {
        return clients.stream().map(Client::domain).collect(Collectors.toSet()).size();
    }

    /** Whether nobody before this client shares answers with it. */
    boolean first(Client who) {
        return clients.stream().filter(c -> c.domain().equals(who.domain())).findFirst().get()
                == who;
    }

    /** One call, on whosever connection, held against the rules. */
    Wire.Answer ask(Wire wire, Client who, String path, String body, String... headers)
            throws Exception {
        return took(who, wire.post(path, body, who.headers(headers)).answer());
    }

    Wire.Answer ask(Client who, String path, String body, String... headers) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            return ask(wire, who, path, body, headers);
        }
    }

    /** Holds an answer against the rules. */
    Wire.Answer took(Client who, Wire.Answer answer) {
        callers.put(answer.head().header("x-vivace-id").orElseThrow(), who);
        String all = String.join("\n", answer.head().headers()) + "\n" + answer.text();
        Set<String> numbers = NumberedAnswers.in(all);
        for (String number : numbers) {
            String owner = ownerOfNumber.putIfAbsent(number, who.domain());
            assertTrue(
                    owner == null || owner.equals(who.domain()),
                    who.name() + " was given number " + number + " of " + owner);
        }
        assertTrue(answer.status() != 200 || !numbers.isEmpty(), all);
        if (Set.of("HIT", "JOINED").contains(answer.cache())) {
            assertTrue(answer.head().header("x-request-id").isEmpty(), all);
            assertTrue(answer.head().header("set-cookie").isEmpty(), all);
        }
        for (Client other : clients) {
            boolean same = other.tenant().equals(who.tenant());
            assertFalse(all.contains(other.secret()), all);
            assertTrue(other == who || !all.contains(other.id()), all);
            assertTrue(same || !all.contains(other.tenant() + "\n"), all);
        }
        return answer;
    }

    /** Waits until all calls are in the ledger; each of them under its caller's name. */
    Map<String, Double> booked() throws Exception {
        Map<String, JsonNode> entries = Map.of();
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!entries.keySet().containsAll(callers.keySet())) {
            assertTrue(System.nanoTime() < deadline, "not all calls are in the ledger");
            entries = entries();
        }
        var costs = new TreeMap<String, Double>();
        entries.forEach((id, entry) -> {
            Client who = callers.get(id);
            if (who != null) {
                assertEquals(who.tenant(), entry.path("tenant").asString(""), entry.toString());
                assertEquals(who.id(), entry.path("key").asString(""), entry.toString());
            }
            double cost = entry.path("cost_usd").asDouble(0);
            boolean bought =
                    Set.of("MISS", "REFRESH").contains(entry.path("cache").asString(""))
                            && entry.path("status").asInt(0) == 200;
            assertEquals(bought, cost > 0, entry.toString());
            costs.merge("key " + entry.path("key").asString(""), cost, Double::sum);
            costs.merge("tenant " + entry.path("tenant").asString(""), cost, Double::sum);
        });
        return costs;
    }

    private Map<String, JsonNode> entries() throws Exception {
        var entries = new HashMap<String, JsonNode>();
        Wire.Answer page = Wire.get(gateway.address(), "/admin/ledger?limit=1000", ADMIN);
        for (JsonNode entry : JsonMapper.shared().readTree(page.body()).path("entries")) {
            entries.put(entry.path("id").asString(""), entry);
        }
        return entries;
    }

    /** What everybody may see says nothing of anybody. */
    void publicPagesNameNobody(String... more) throws Exception {
        for (String path : List.of("/metrics", "/readyz", "/healthz", "/")) {
            String page = Wire.get(gateway.address(), path).text();
            String shown = page.toLowerCase(Locale.ROOT);
            for (Client who : clients) {
                for (String named : List.of(who.id(), who.tenant(), who.secret())) {
                    String text = named.toLowerCase(Locale.ROOT);
                    assertFalse(shown.contains(text), path + " has " + named + ": " + page);
                }
            }
            for (String text : more) {
                assertFalse(shown.contains(text), path + " has " + text + ": " + page);
            }
        }
    }

    private void upstreamSawNobody() {
        for (Upstream.Call call : upstream.calls()) {
            String all = String.join("\n", call.headers()) + "\n" + call.text();
            assertEquals(List.of("Bearer " + UPSTREAM_KEY), call.all("authorization"), all);
            assertFalse(all.toLowerCase(Locale.ROOT).contains("x-vivace"), all);
            for (Client who : clients) {
                assertFalse(all.contains(who.secret()) || all.contains(who.id()), all);
            }
        }
    }

    /** Whoever called is who has spent. */
    private void spent(Map<String, Double> booked) {
        try (var spending =
                Spending.open(data, data.resolve("ledger"), Clock.systemUTC(), Optional.empty())) {
            for (Client who : clients) {
                for (Purse purse :
                        List.of(
                                Purse.ofKey(who.id(), Budget.NONE),
                                Purse.ofTenant(who.tenant(), Budget.NONE))) {
                    assertEquals(
                            booked.getOrDefault(purse.toString(), 0.0),
                            spending.spent(purse).day(),
                            1e-6,
                            purse.toString());
                }
            }
        }
    }

    /** Looks at all that is kept, and ends. */
    void closeAndLookAtTheBooks() throws Exception {
        try (this) {
            Gateways.awaitIdle(gateway);
            publicPagesNameNobody();
            Map<String, Double> booked = booked();
            upstreamSawNobody();
            gateway.close();
            spent(booked);
        }
    }

    @Override
    public void close() throws Exception {
        answers.release();
        gateway.close();
        upstream.close();
    }
}
