package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rates and budgets of client keys at the wire. */
@Timeout(60)
class LimitsTest {
    private static final String QUESTION = "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";
    private static final String CHAT = "{\"model\":\"gpt-4o\"," + QUESTION;
    private static final String[][] DOORS = {
        {"/v1/chat/completions", CHAT},
        {"/v1/messages", "{\"model\":\"m-1\",\"max_tokens\":100," + QUESTION},
        {"/v1/responses", "{\"model\":\"m-1\",\"input\":\"hi\"}"},
        {"/v1/embeddings", "{\"model\":\"m-1\",\"input\":\"hi\"}"},
        {"/v1/files", "{}"}
    };

    private Upstream upstream;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        upstream =
                Upstream.start((call, reply) -> {
                    String own = "x-ratelimit-limit-requests: 77777";
                    if (call.target().equals("/v1/embeddings")) {
                        reply.json(
                                200,
                                "{\"data\":[{\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":9}}",
                                own);
                    } else {
                        reply.json(200, Chat.answer("A quiet answer."), own);
                    }
                });
        gateway = Gateway.start(Gateways.config(upstream.url()), Optional.of("root-of-all"));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        upstream.close();
    }

    private String key(String terms) throws Exception {
        Wire.Answer made =
                Wire.ask(
                        gateway.address(),
                        KeyDoor.PATH,
                        "{\"tenant\":\"acme\"," + terms + "}",
                        "Authorization: Bearer root-of-all");
        Matcher secret = Pattern.compile("\"secret\":\"([^\"]*)\"").matcher(made.text());
        assertTrue(secret.find(), made.text());
        return "x-api-key: " + secret.group(1);
    }

    private Wire.Answer ask(String[] door, String key) throws Exception {
        return Wire.ask(gateway.address(), door[0], door[1], key);
    }

    private static String header(Wire.Answer answer, String name) {
        return answer.head().header(name).orElse("none");
    }

    @Test
    void everyDoorCountsRequestsAndSaysWhatIsLeft() throws Exception {
        for (String[] door : DOORS) {
            boolean counts = !door[0].equals("/v1/files");
            String tokens = counts ? ",\"tokens_per_minute\":100000" : "";
            String key = key("\"requests_per_minute\":2" + tokens);
            Wire.Answer first = ask(door, key);
            assertEquals(200, first.status(), first.text());
            assertEquals(1, first.head().all("x-ratelimit-limit-requests").size());
            assertEquals("2", header(first, "x-ratelimit-limit-requests"));
            assertEquals("1", header(first, "x-ratelimit-remaining-requests"));
            assertEquals("30s", header(first, "x-ratelimit-reset-requests"));
            assertEquals(counts ? "100000" : "none", header(first, "x-ratelimit-limit-tokens"));
            assertEquals(200, ask(door, key).status());
            Wire.Answer refused = ask(door, key);
            assertEquals(429, refused.status(), door[0]);
            int wait = Integer.parseInt(header(refused, "retry-after"));
            assertTrue(wait > 0 && wait <= 30, "retry after " + wait);
            assertEquals("0", header(refused, "x-ratelimit-remaining-requests"));
            boolean anthropic = door[0].equals("/v1/messages");
            assertEquals(
                    anthropic ? "2" : "none",
                    header(refused, "anthropic-ratelimit-requests-limit"));
            assertTrue(
                    refused.text()
                            .contains(
                                    anthropic
                                            ? "\"type\":\"rate_limit_error\""
                                            : "\"code\":\"rate_limit_exceeded\""),
                    refused.text());
        }
    }

    /** What cannot be counted must not be a way round the limit. */
    @Test
    void withATokenLimitOrABudgetNothingIsPassedThroughButReading() throws Exception {
        for (String terms : List.of("\"tokens_per_minute\":1000", "\"budget_day\":5")) {
            String key = key(terms);
            Wire.Answer refused =
                    Wire.ask(gateway.address(), "/v1/completions", "{\"model\":\"m\"}", key);
            assertEquals(403, refused.status(), refused.text());
            assertEquals(200, Wire.get(gateway.address(), "/v1/models", key).status());
        }
        String free = key("\"requests_per_minute\":5");
        assertEquals(
                200,
                Wire.ask(gateway.address(), "/v1/completions", "{\"model\":\"m\"}", free).status());
    }

    @Test
    void tokensAreGivenBackWhenTheCallHasEnded() throws Exception {
        String key = key("\"tokens_per_minute\":1000");
        for (int i = 0; i < 5; i++) {
            Wire.Answer answer = ask(DOORS[0], key);
            assertEquals(200, answer.status(), answer.text());
        }
    }

    @Test
    void budgetWithoutRoomIsInsufficientQuota() throws Exception {
        Wire.Answer refused = ask(DOORS[0], key("\"budget_day\":0.000001"));
        assertEquals(429, refused.status());
        assertEquals("false", header(refused, "x-should-retry"));
        assertTrue(refused.text().contains("\"code\":\"insufficient_quota\""), refused.text());
        assertTrue(refused.text().contains("0.000001 US dollars a day"), refused.text());
    }

    @Test
    void whatTheProviderSaysOfTheSharedKeyIsNoClientsBusiness() throws Exception {
        Wire.Answer answer = ask(DOORS[0], "X-Open: to-all");
        assertEquals("77777", header(answer, "x-ratelimit-limit-requests"));
        answer = ask(DOORS[0], key("\"name\":\"free\""));
        assertEquals(200, answer.status());
        assertEquals("none", header(answer, "x-ratelimit-limit-requests"));
    }
}
