package dev.vivace.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Head;
import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import dev.vivace.cache.CacheMode;
import dev.vivace.cache.Invalidation;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Tokens;
import dev.vivace.limit.ByteBudget;
import dev.vivace.line.Decision.Answered;
import dev.vivace.line.Decision.Deliver;
import dev.vivace.line.Decision.Joined;
import dev.vivace.line.Decision.Refused;
import dev.vivace.line.Lines.Asking;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelLineTest {
    private static final Asking PLAIN = Asking.PLAIN;

    private final Lines lines = new Lines();

    @Test
    void theFirstIsDeliveredThoseMeanwhileJoinAndTheNextIsAnswered() {
        var first = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        assertEquals(CacheStatus.MISS, first.flight().cache());
        var joined = assertInstanceOf(Joined.class, lines.decide(PLAIN));
        Lines.answer(first.flight());
        assertArrayEquals(Lines.ANSWER, first.reader().next());
        assertArrayEquals(Lines.ANSWER, joined.reader().next());
        lines.now.addAndGet(2_500);
        var answered = assertInstanceOf(Answered.class, lines.decide(PLAIN));
        assertArrayEquals(Lines.ANSWER, answered.body());
        assertEquals("application/json", answered.contentType());
        assertEquals(2, answered.ageSeconds());
        assertEquals((7 + 2 * 3) / 1e6, answered.savedUsd(), 1e-12);
        assertEquals(7, answered.usage().orElseThrow().fresh());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAHundredThreadsThatAskTheSameOneDelivers(boolean virtual) throws Exception {
        var delivered = new ArrayList<Deliver>();
        var joined = new ArrayList<Joined>();
        var barrier = new CyclicBarrier(100);
        Callable<Decision> asking =
                () -> {
                    barrier.await();
                    return lines.decide(PLAIN);
                };
        for (Decision decision : all(virtual, asking, 100)) {
            switch (decision) {
                case Deliver deliver -> delivered.add(deliver);
                case Joined join -> joined.add(join);
                default -> throw new AssertionError(decision);
            }
        }
        assertEquals(1, delivered.size());
        assertEquals(99, joined.size());
        Lines.answer(delivered.getFirst().flight());
        for (Joined join : joined) {
            assertEquals(AnswerLog.State.COMPLETE, join.reader().log().state());
            assertArrayEquals(Lines.ANSWER, join.reader().next());
        }
        assertInstanceOf(Answered.class, lines.decide(PLAIN));
    }

    /** Whoever looks while a flight lands finds the flight or the answer, never neither. */
    @Test
    void whatFailedAttemptsTookIsTheUpstreams() {
        var deliver = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        deliver.flight().departs();
        long departed = deliver.flight().departed();
        while (System.nanoTime() - departed < 1_000_000) {
            Thread.onSpinWait();
        }
        Lines.answer(deliver.flight());
        assertEquals(departed, deliver.flight().departed());
        LedgerEntry entry = lines.ledger.remove();
        assertEquals(2, entry.attempts());
        assertTrue(entry.upstreamMicros() >= 1_000, entry.toString());
    }

    @Test
    void aLandingIsNeverMissed() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Asking asking = PLAIN.with("'round':" + round);
            var deliveries = new AtomicInteger();
            var barrier = new CyclicBarrier(4);
            Callable<Decision> deciding =
                    () -> {
                        barrier.await();
                        Decision decision = lines.decide(asking);
                        if (decision instanceof Deliver deliver) {
                            deliveries.incrementAndGet();
                            Lines.answer(
                                    deliver.flight()); // at once: the window is as small as it gets
                        }
                        return decision;
                    };
            all(round % 2 == 0, deciding, 4);
            assertEquals(1, deliveries.get(), "round " + round);
        }
    }

    /** Those who join may leave again before the first has begun to read. */
    @Test
    void joiningAndLeavingAtOnceDisturbsNobody() throws Exception {
        for (int round = 0; round < 2_000; round++) {
            Asking asking = PLAIN.with("'round':" + round);
            var barrier = new CyclicBarrier(3);
            Callable<Decision> deciding =
                    () -> {
                        barrier.await();
                        Decision decision = lines.decide(asking);
                        if (decision instanceof Joined joined) {
                            joined.reader().close();
                        }
                        return decision;
                    };
            int delivers = 0;
            for (Decision decision : all(round % 2 == 0, deciding, 3)) {
                if (decision instanceof Deliver deliver) {
                    delivers++;
                    assertTrue(!deliver.flight().log().abandoned());
                }
            }
            assertEquals(1, delivers);
        }
    }

    @Test
    void whenTheLastLeavesNobodyJoinsAnyMore() {
        var first = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        var joined = assertInstanceOf(Joined.class, lines.decide(PLAIN));
        first.reader().close();
        assertInstanceOf(Joined.class, lines.decide(PLAIN)).reader().close();
        joined.reader().close();
        assertTrue(first.flight().log().abandoned());
        assertEquals(499, lines.ledger.remove().status());
        assertInstanceOf(Deliver.class, lines.decide(PLAIN));
    }

    @Test
    void aFailureReachesAllAndIsNotStored() {
        var first = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        var joined = assertInstanceOf(Joined.class, lines.decide(PLAIN));
        first.flight().log().fail(new Failure(Failure.Kind.TIMEOUT, "too slow"));
        assertEquals("too slow", joined.reader().log().failure().orElseThrow().message());
        assertEquals(504, lines.ledger.remove().status());
        assertInstanceOf(Deliver.class, lines.decide(PLAIN));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "500|`{'error':{'message':'no'}}`",
                "429|`{'error':{'message':'no'}}`",
                "200|`{'error':{'message':'no'}}`",
                "200|`{'choices':[]}`",
                "200|`not JSON`",
                "200|``",
                "200|`{'model':'m','choices':[{'index':0,'message':{'role':'assistant','content':'a'},'finish_reason':'length'}]}`",
                "200|`{'model':'m','choices':[{'index':0,'message':{'role':'assistant','content':'a'},'finish_reason':'content_filter'}]}`",
            })
    void errorsAndCutAnswersAreNotStored(int status, String body) {
        var first = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        Lines.answer(
                first.flight(),
                status,
                "application/json",
                body.replace('\'', '"').getBytes(UTF_8));
        assertEquals(0, lines.cache.statistics().entries());
        assertInstanceOf(Deliver.class, lines.decide(PLAIN));
    }

    @Test
    void aStreamThatEndsTooSoonIsNotStored() {
        byte[] half =
                "data: {\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n"
                        .getBytes(UTF_8);
        Asking streaming = PLAIN.with("'stream':true");
        var first = assertInstanceOf(Deliver.class, lines.decide(streaming));
        Lines.answer(first.flight(), 200, "text/event-stream", half);
        assertInstanceOf(Deliver.class, lines.decide(streaming));
    }

    /** What separates answers, beside the body. */
    @Test
    void noOtherCallSharesTheAnswer() {
        lines.ask(PLAIN);
        assertInstanceOf(Answered.class, lines.decide(PLAIN));
        assertInstanceOf(Answered.class, lines.decide(PLAIN.with("'stream':false,'user':'u'")));
        assertInstanceOf(Answered.class, lines.decide(PLAIN.sending("User-Agent", "x")));
        for (Asking other :
                List.of(
                        PLAIN.of("another tenant"),
                        PLAIN.at(Protocol.CHAT, "/v1/chat/completions?api-version=2"),
                        PLAIN.body(Lines.BODY.replace("\"m\"", "\"n\"")),
                        PLAIN.body(Lines.BODY.replace("\"m\"", "\"own/m\"")),
                        PLAIN.header("x-vivace-cache-scope", "s"),
                        PLAIN.with("'cache':{'namespace':'t'}"),
                        PLAIN.sending("OpenAI-Organization", "o"),
                        PLAIN.sending("anthropic-beta", "b"),
                        PLAIN.sending("anthropic-version", "2023-06-01"))) {
            assertInstanceOf(Deliver.class, lines.ask(other), other.toString());
            assertInstanceOf(Answered.class, lines.decide(other), other.toString());
        }
        assertEquals(10, lines.cache.statistics().entries());
        assertInstanceOf(Deliver.class, lines.decide(PLAIN.at(Protocol.MESSAGES, "/v1/messages")));
    }

    @Test
    void whereTheUpstreamHasAKeyOfOursTenantsShareAnswersAndElsewhereNot() {
        Asking keyed = PLAIN.body(Lines.BODY.replace("\"m\"", "\"alias\""));
        lines.ask(keyed.of("a"));
        var hit = assertInstanceOf(Answered.class, lines.decide(keyed.of("b")));
        assertEquals(Principal.LOCAL.tenant(), hit.call().tenant());
        assertEquals("alias", hit.call().model());
        lines.ask(PLAIN.of("a"));
        assertInstanceOf(Deliver.class, lines.decide(PLAIN.of("b")));
    }

    @Test
    void anAliasThatStandsForSomethingElseNowSharesNothing() {
        Asking asking = PLAIN.body(Lines.BODY.replace("\"m\"", "\"name\""));
        var before = lines.line(Map.of("name", "first/real"));
        Lines.answer(assertInstanceOf(Deliver.class, lines.decide(before, asking)).flight());
        assertInstanceOf(Answered.class, lines.decide(before, asking));
        assertInstanceOf(
                Deliver.class, lines.decide(lines.line(Map.of("name", "own/real")), asking));
        assertInstanceOf(
                Deliver.class, lines.decide(lines.line(Map.of("name", "first/other")), asking));
    }

    @Test
    void aStreamThatWasAskedForItsUsageIsNeitherAnsweredNorJoinedWithout() {
        Asking mute = PLAIN.with("'stream':true");
        Asking telling = mute.with("'stream_options':{'include_usage':true}");
        assertInstanceOf(Deliver.class, lines.decide(mute));
        var leads = assertInstanceOf(Deliver.class, lines.decide(telling));
        assertEquals(leads.flight(), assertInstanceOf(Joined.class, lines.decide(mute)).flight());
    }

    /** Whatever goes wrong while it is settled, nobody joins a call that is over. */
    @Test
    void aSettlementThatFailsLeavesNoFlightBehind() {
        var failing =
                new Settlement(
                        lines.cache,
                        Lines.TTL,
                        new InFlight(),
                        model -> {
                            throw new IllegalStateException("no prices");
                        },
                        lines.ledger::add,
                        () -> java.time.Instant.ofEpochMilli(lines.now.get()),
                        Optional.empty());
        var line =
                new ModelLine(
                        new Models(List.of("first"), Set.of(), Map.of()),
                        lines.cache,
                        CacheMode.ALL,
                        new InFlight(),
                        failing,
                        new byte[32],
                        new ByteBudget(Long.MAX_VALUE));
        var flight = assertInstanceOf(Deliver.class, lines.decide(line, PLAIN)).flight();
        assertThrows(IllegalStateException.class, () -> Lines.answer(flight));
        assertEquals(AnswerLog.State.COMPLETE, flight.log().state());
        assertInstanceOf(Deliver.class, lines.decide(line, PLAIN));
    }

    @Test
    void theUpstreamGetsItsOwnNameAndNotOurMember() {
        Asking asking =
                PLAIN.body("{'cache':{'ttl':9},'model':'alias','temperature':0,'messages':[]}");
        var flight = assertInstanceOf(Deliver.class, lines.decide(asking)).flight();
        assertEquals("keyed", flight.target().upstream());
        assertEquals("{\"model\":\"real\",\"temperature\":0,\"messages\":[]}", Lines.sent(flight));
    }

    /** Bodies are large: one that is renamed must not be there twice. */
    @Test
    void whatIsSentSharesTheMemoryOfWhatCame() {
        var same = assertInstanceOf(Deliver.class, lines.decide(PLAIN)).flight();
        assertEquals(1, same.request().parts(same.target()).size());
        assertSame(same.request().body(), same.request().parts(same.target()).getFirst().array());
        var flight =
                assertInstanceOf(
                                Deliver.class,
                                lines.decide(
                                        PLAIN.body(PLAIN.body().replace("\"m\"", "\"alias\""))))
                        .flight();
        byte[] body = flight.request().body();
        assertEquals(
                List.of(true, false, true),
                flight.request().parts(flight.target()).stream()
                        .map(part -> part.array() == body)
                        .toList());
    }

    /** What fills in for the first of a chain never goes under the first one's name. */
    @Test
    void anAnswerOfAnotherModelIsPaidAtItsPriceAndNotStored() {
        var line = lines.routed(Map.of("fast", Lines.chain("first/m", "own/other")));
        Asking asking = PLAIN.body(PLAIN.body().replace("\"m\"", "\"fast\""));
        for (int i = 0; i < 2; i++) {
            var deliver = assertInstanceOf(Deliver.class, lines.decide(line, asking));
            deliver.flight().answeredBy(deliver.flight().request().route().chain().getLast());
            Lines.answer(deliver.flight());
        }
        assertEquals(0, lines.cache.statistics().entries());
        // The same model at another upstream is the same model.
        line = lines.routed(Map.of("fast", Lines.chain("first/m", "own/m")));
        var deliver = assertInstanceOf(Deliver.class, lines.decide(line, asking));
        deliver.flight().answeredBy(deliver.flight().request().route().chain().getLast());
        Lines.answer(deliver.flight());
        assertEquals(1, lines.cache.statistics().entries());
    }

    /** Who asked for one model must not get what another's chain falls back to. */
    @Test
    void callsOnDifferentRoutesDoNotJoin() {
        var line = lines.routed(Map.of("fast", Lines.chain("first/m", "own/other")));
        Asking byChain = PLAIN.body(PLAIN.body().replace("\"m\"", "\"fast\""));
        assertInstanceOf(Deliver.class, lines.decide(line, byChain));
        assertInstanceOf(Deliver.class, lines.decide(line, PLAIN));
        assertInstanceOf(Joined.class, lines.decide(line, PLAIN));
    }

    @Test
    void onlyDeterministicCallsAreSharedUnlessAsked() {
        Asking warm = PLAIN.body("{'model':'m','messages':[]}");
        assertBypassed(lines, warm);
        assertBypassed(lines, warm.with("'temperature':1"));
        assertShared(lines, warm.with("'seed':1"));
        assertShared(lines, warm.header("x-vivace-cache-mode", "all"));
        assertBypassed(lines, PLAIN.header("x-vivace-cache-mode", "off"));

        var all = new Lines(CacheMode.ALL);
        assertShared(all, warm);
        assertBypassed(all, warm.header("x-vivace-cache-mode", "deterministic"));
        var off = new Lines(CacheMode.OFF);
        assertBypassed(off, PLAIN);
        assertBypassed(off, PLAIN.header("x-vivace-cache-mode", "all"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'background':true",
                "'conversation':'c'",
                "'conversation':{'id':'c'}",
                "'previous_response_id':'resp_1'",
                "'store':true"
            })
    void responsesThatLeaveSomethingBehindAreNeverShared(String member) {
        Asking asking =
                PLAIN.at(Protocol.RESPONSES, "/v1/responses")
                        .body("{'model':'m','temperature':0,'input':'x'}")
                        .header("x-vivace-cache-mode", "all");
        assertInstanceOf(Deliver.class, lines.decide(asking)).reader().close();
        assertBypassed(lines, asking.with(member));
    }

    /** What is said, at which door: the same request may have another answer the next time. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT|'web_search_options':{}",
                "CHAT|'tools':[{'type':'function','function':{}},{'type':'web_search'}]",
                "RESPONSES|'tools':[{'type':'web_search_preview'}]",
                "RESPONSES|'tools':[{'type':'code_interpreter','container':{'type':'auto'}}]",
                "RESPONSES|'prompt':{'id':'pmpt_1'}",
                "MESSAGES|'tools':[{'name':'web_search','type':'web_search_20250305'}]",
                "MESSAGES|'mcp_servers':[{'type':'url'}]",
            })
    void whatTheProviderLooksUpIsSharedOnlyWhenAsked(Protocol protocol, String member) {
        Asking asking =
                PLAIN.at(protocol, "/v1/x")
                        .body("{'model':'m','temperature':0,'messages':[],'input':''}");
        assertInstanceOf(Deliver.class, lines.decide(asking)).reader().close();
        assertBypassed(lines, asking.with(member));
        var own = asking.with(member).header("x-vivace-cache-mode", "all");
        assertInstanceOf(Deliver.class, lines.decide(own));
        assertInstanceOf(Joined.class, lines.decide(own));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt-4o-search-preview",
                "gpt-4o-mini-search-preview-2025-03-11",
                "own/gpt-5-search-api",
                "o3-deep-research",
                "openai/gpt-4o:online",
                "searching"
            })
    void modelsThatLookThingsUpThemselvesAreSharedOnlyWhenAsked(String model) {
        var line = lines.line(Map.of("searching", "own/gpt-4o-search-preview"));
        Asking asking = PLAIN.body(PLAIN.body().replace("\"m\"", '"' + model + '"'));
        assertInstanceOf(Deliver.class, lines.decide(line, asking));
        assertEquals(
                CacheStatus.BYPASS,
                assertInstanceOf(Deliver.class, lines.decide(line, asking)).flight().cache());
        Asking own = asking.header("x-vivace-cache-mode", "all");
        assertInstanceOf(Deliver.class, lines.decide(line, own));
        assertInstanceOf(Joined.class, lines.decide(line, own));
    }

    @Test
    void noStoreNeitherLooksNorStores() {
        assertBypassed(lines, PLAIN.header("cache-control", "max-age=9, no-store"));
        assertBypassed(lines, PLAIN.with("'cache':{'no-store':true}"));
        lines.ask(PLAIN);
        assertBypassed(lines, PLAIN.header("cache-control", "no-store"));
    }

    @Test
    void noCacheFetchesAgainAndStores() {
        lines.ask(PLAIN);
        for (Asking again :
                List.of(
                        PLAIN.header("cache-control", "No-Cache"),
                        PLAIN.with("'cache':{'no-cache':true}"))) {
            var deliver = assertInstanceOf(Deliver.class, lines.decide(again));
            assertEquals(CacheStatus.REFRESH, deliver.flight().cache());
            byte[] newer =
                    new String(Lines.ANSWER, UTF_8).replace("hello", "again").getBytes(UTF_8);
            Lines.answer(deliver.flight(), 200, "application/json", newer);
            assertArrayEquals(newer, assertInstanceOf(Answered.class, lines.decide(PLAIN)).body());
        }
        assertEquals(1, lines.cache.statistics().entries());
    }

    @Test
    void whatIsFetchedAgainIsNotReplacedByWhatWasAskedBefore() {
        var before = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        var again =
                assertInstanceOf(
                        Deliver.class, lines.decide(PLAIN.header("cache-control", "no-cache")));
        assertEquals(again.flight(), assertInstanceOf(Joined.class, lines.decide(PLAIN)).flight());
        byte[] newer = new String(Lines.ANSWER, UTF_8).replace("hello", "again").getBytes(UTF_8);
        Lines.answer(again.flight(), 200, "application/json", newer);
        Lines.answer(before.flight());
        assertArrayEquals(newer, assertInstanceOf(Answered.class, lines.decide(PLAIN)).body());
    }

    @Test
    void onlyIfCachedNeverAsks() {
        Asking only = PLAIN.header("cache-control", "only-if-cached");
        assertRefused(504, only);
        assertRefused(504, only.header("x-vivace-cache-mode", "off"));
        assertRefused(504, only.header("cache-control", "no-store"));
        assertRefused(504, only.header("cache-control", "no-cache"));
        lines.ask(PLAIN);
        assertInstanceOf(Answered.class, lines.decide(only));
        assertRefused(504, only.header("cache-control", "no-cache"));
    }

    @Test
    void maxAgeIsTheOldestThatWillDo() {
        Asking fresh = PLAIN.header("cache-control", "max-age=10");
        lines.ask(PLAIN);
        lines.now.addAndGet(9_999);
        assertInstanceOf(Answered.class, lines.decide(fresh));
        assertInstanceOf(Answered.class, lines.decide(PLAIN.with("'cache':{'s-maxage':10}")));
        lines.now.addAndGet(1);
        assertInstanceOf(Answered.class, lines.decide(PLAIN));
        assertInstanceOf(
                Answered.class,
                lines.decide(PLAIN.header("cache-control", "max-age=999999999999")));
        assertInstanceOf(Answered.class, lines.decide(PLAIN.with("'cache':{'s-maxage':1e300}")));
        assertInstanceOf(Deliver.class, lines.ask(fresh)); // and is stored anew
        assertInstanceOf(Answered.class, lines.decide(fresh));
        assertInstanceOf(Deliver.class, lines.decide(PLAIN.header("cache-control", "max-age=0")));
    }

    @Test
    void anAnswerIsServedAsLongAsItsCallerOrTheConfigurationSays() {
        lines.ask(PLAIN);
        Asking brief = PLAIN.header("x-vivace-cache-scope", "s");
        lines.ask(brief.header("x-vivace-cache-ttl", "60"));
        Asking briefer = PLAIN.header("x-vivace-cache-scope", "b");
        lines.ask(briefer.with("'cache':{'ttl':30}"));
        lines.now.addAndGet(29_999);
        assertInstanceOf(Answered.class, lines.decide(briefer));
        lines.now.addAndGet(1);
        assertInstanceOf(Deliver.class, lines.decide(briefer));
        lines.now.addAndGet(29_999);
        assertInstanceOf(Answered.class, lines.decide(brief));
        lines.now.addAndGet(1);
        assertInstanceOf(Deliver.class, lines.decide(brief));
        lines.now.addAndGet(Lines.TTL.toMillis() - 60_001);
        assertInstanceOf(Answered.class, lines.decide(PLAIN));
        lines.now.addAndGet(1);
        assertInstanceOf(Deliver.class, lines.decide(PLAIN));
    }

    @Test
    void anAnswerIsFoundByWhatItsCallSaid() {
        lines.ask(PLAIN.header("x-vivace-cache-scope", "s").header("x-vivace-tag-team", "red"));
        assertEquals(0, lines.cache.invalidate(which("scope", "t")));
        assertEquals(0, lines.cache.invalidate(which("tag", "team=blue")));
        assertEquals(0, lines.cache.invalidate(which("pattern", "h")));
        assertEquals(1, lines.cache.invalidate(which("pattern", "h?")));
    }

    /** Asked before, answered after: what was invalidated meanwhile does not come back. */
    @ParameterizedTest
    @CsvSource({
        "scope, s, true",
        "scope, t, false",
        "model, m, true",
        "model, first/m, true",
        "model, other, false",
        "tag, team=red, true",
        "tag, team=blue, false",
        "pattern, h?, true",
        "pattern, h, false"
    })
    void whatIsInvalidatedInFlightIsNeitherJoinedNorStored(
            String kind, String value, boolean matches) {
        Asking asking =
                PLAIN.header("x-vivace-cache-scope", "s").header("x-vivace-tag-team", "red");
        var flying = assertInstanceOf(Deliver.class, lines.decide(asking));
        assertEquals(0, lines.line.invalidate(which(kind, value)));
        if (matches) {
            var next = assertInstanceOf(Deliver.class, lines.decide(asking), "asked afresh");
            Lines.answer(flying.flight());
            assertEquals(0, lines.cache.statistics().entries());
            Lines.answer(next.flight());
        } else {
            assertInstanceOf(Joined.class, lines.decide(asking));
            Lines.answer(flying.flight());
        }
        assertInstanceOf(Answered.class, lines.decide(asking));
    }

    /** Whoever waits already gets it. */
    @Test
    void whoHasJoinedBeforeAnInvalidationIsAnswered() {
        var flying = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        var joined = assertInstanceOf(Joined.class, lines.decide(PLAIN));
        lines.line.invalidate(which("pattern", "*"));
        Lines.answer(flying.flight());
        assertArrayEquals(Lines.ANSWER, joined.reader().next());
        assertTrue(lines.ledger.remove().stages().contains(new StageNote("store", "superseded")));
    }

    /** A model's answers are one, whatever name they were asked for by. */
    @ParameterizedTest
    @CsvSource({
        "alias, alias, 1",
        "alias, real, 1",
        "alias, keyed/real, 1",
        "keyed/real, alias, 1",
        "keyed/real, real, 1",
        "keyed/real, m, 0",
        "m, m, 1",
        "m, first/m, 1",
        "m, alias, 0"
    })
    void anAnswerIsForgottenByAnyNameOfItsModel(String asked, String named, long removed) {
        lines.ask(PLAIN.body(PLAIN.body().replace("\"m\"", '"' + asked + '"')));
        assertEquals(removed, lines.line.invalidate(which("model", named)));
    }

    private static Invalidation which(String kind, String value) {
        return new Invalidation(
                Optional.of(value).filter(v -> kind.equals("scope")),
                Optional.of(value).filter(v -> kind.equals("model")),
                Optional.of(value).filter(v -> kind.equals("tag")),
                Optional.of(value).filter(v -> kind.equals("pattern")),
                false);
    }

    @Test
    void whicheverKindFilledItTheOtherKindIsServed() {
        lines.ask(PLAIN);
        var stream = assertInstanceOf(Answered.class, lines.decide(PLAIN.with("'stream':true")));
        assertEquals("text/event-stream", stream.contentType());
        assertTrue(new String(stream.body(), UTF_8).endsWith("data: [DONE]\n\n"));
        var again = assertInstanceOf(Answered.class, lines.decide(PLAIN.with("'stream':true")));
        assertArrayEquals(stream.body(), again.body());
        assertArrayEquals(
                Lines.ANSWER, assertInstanceOf(Answered.class, lines.decide(PLAIN)).body());
    }

    @Test
    void badInputIsRefusedWithWhatAndWhere() {
        var refused = assertInstanceOf(Refused.class, lines.decide(PLAIN.body("{'model':7}")));
        assertEquals(400, refused.status());
        assertEquals(
                "The request body cannot be read: 'model' must be a string at line 1, column 10 (offset 9)",
                refused.message());
        String name = "n".repeat(257);
        refused =
                assertInstanceOf(
                        Refused.class,
                        lines.decide(PLAIN.with("'cache':{'namespace':'" + name + "'}")));
        assertEquals("cache.namespace is longer than 256 characters", refused.message());
    }

    @Test
    void everyEndingIsSettledOnce() {
        lines.ask(PLAIN);
        lines.ask(PLAIN.header("cache-control", "no-store"));
        assertEquals(2, lines.ledger.size());
        var entry = lines.ledger.remove();
        assertEquals(200, entry.status());
        assertEquals(7, entry.tokens().fresh());
        assertEquals((7 + 2 * 3) / 1e6, entry.costUsd(), 1e-12);
        assertEquals(
                "[exact-cache miss, join led, store stored, deliver ok]",
                entry.stages().stream()
                        .map(n -> n.stage() + " " + n.outcome())
                        .toList()
                        .toString());
        assertEquals(
                "[exact-cache bypass, deliver ok]",
                lines.ledger.remove().stages().stream()
                        .map(n -> n.stage() + " " + n.outcome())
                        .toList()
                        .toString());
    }

    /** The lines' cache has 1 MB, and so stores nothing above 64 kB. */
    @Test
    void longAnswersAreJoinedHoweverSmallTheCacheIs() {
        var first = assertInstanceOf(Deliver.class, lines.decide(PLAIN));
        byte[] part = new byte[100_000];
        java.util.Arrays.fill(part, (byte) ' ');
        first.flight().departs();
        first.flight()
                .log()
                .head(new Head(200, List.of(new Header("content-type", "application/json"))));
        for (int i = 0; i < 10; i++) {
            first.flight().log().append(part);
            first.reader().next();
        }
        var late = assertInstanceOf(Joined.class, lines.decide(PLAIN));
        first.flight().log().append(Lines.ANSWER);
        first.flight().log().complete();
        int got = 0;
        for (byte[] next = late.reader().next(); next != null; next = late.reader().next()) {
            got += next.length;
        }
        assertEquals(10 * part.length + Lines.ANSWER.length, got);
        assertEquals(0, lines.cache.statistics().entries());
        var entry = lines.ledger.remove();
        assertTrue(entry.stages().contains(new StageNote("store", "too-large")));
        assertEquals(new Tokens(7, 0, 3, 0, false), entry.tokens());
    }

    /** However the network cut it. */
    @ParameterizedTest
    @CsvSource({"1, false", "7, false", "1000000, false", "1, true", "1000000, true"})
    void withoutUsageTokensAreCountedByEvents(int cut, boolean shared) {
        var asking = PLAIN.with("'stream':true");
        var deliver =
                assertInstanceOf(
                        Deliver.class,
                        lines.decide(shared ? asking : asking.header("cache-control", "no-store")));
        var events = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            events.append(
                    ": ping\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n");
        }
        byte[] bytes = events.append("data: [DONE]\n\n").toString().getBytes(UTF_8);
        assertGuessed(40, deliver, bytes, cut);
    }

    /** What was forgotten is reckoned by what is at hand. */
    @Test
    void ofALongStreamTheEventsAreReckonedByItsTail() {
        var asking = PLAIN.with("'stream':true").header("cache-control", "no-store");
        var deliver = assertInstanceOf(Deliver.class, lines.decide(asking));
        byte[] bytes =
                "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"x\"}}]}\n\n"
                        .repeat(10_000)
                        .getBytes(UTF_8);
        assertGuessed(10_000, deliver, bytes, 5_000);
    }

    @ParameterizedTest
    @CsvSource({
        "MESSAGES, content_block_delta, content_block_start",
        "RESPONSES, response.output_text.delta, response.in_progress"
    })
    void ofNamedEventsThoseWithDeltasCount(Protocol protocol, String delta, String other) {
        var asking =
                PLAIN.at(protocol, "/v1/x")
                        .body("{'model':'m','messages':[],'input':'','stream':true}");
        var deliver = assertInstanceOf(Deliver.class, lines.decide(asking));
        String event = "event: %s\ndata: {}\n\n";
        String all = event.formatted(other) + event.formatted(delta).repeat(9);
        assertGuessed(9, deliver, all.getBytes(UTF_8), 10);
    }

    private void assertGuessed(long output, Deliver deliver, byte[] stream, int cut) {
        AnswerLog log = deliver.flight().log();
        deliver.flight().departs();
        log.head(new Head(200, List.of(new Header("content-type", "text/event-stream"))));
        for (int at = 0; at < stream.length; at += cut) {
            log.append(java.util.Arrays.copyOfRange(stream, at, Math.min(stream.length, at + cut)));
            deliver.reader().next();
        }
        log.complete();
        Tokens tokens = lines.ledger.remove().tokens();
        assertEquals(output, tokens.output(), output / 100.0); // below a hundred, exactly
        assertTrue(tokens.estimated());
        assertEquals(deliver.flight().request().body().length / 4, tokens.fresh());
    }

    private void assertRefused(int status, Asking asking) {
        assertEquals(status, assertInstanceOf(Refused.class, lines.decide(asking)).status());
    }

    private static void assertBypassed(Lines lines, Asking asking) {
        long entries = lines.cache.statistics().entries();
        for (int i = 0; i < 2; i++) {
            var deliver = assertInstanceOf(Deliver.class, lines.decide(asking), asking.toString());
            assertEquals(CacheStatus.BYPASS, deliver.flight().cache());
            assertInstanceOf(Deliver.class, lines.decide(asking), "nobody joins it");
            Lines.answer(deliver.flight());
        }
        assertEquals(entries, lines.cache.statistics().entries());
    }

    private static void assertShared(Lines lines, Asking asking) {
        assertInstanceOf(Deliver.class, lines.ask(asking), asking.toString());
        assertInstanceOf(Answered.class, lines.decide(asking), asking.toString());
    }

    private static <T> List<T> all(boolean virtual, Callable<T> task, int times) throws Exception {
        var threads = virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        var results = new ArrayList<T>();
        try (var executor = Executors.newThreadPerTaskExecutor(threads)) {
            var tasks = new ArrayList<Callable<T>>();
            for (int i = 0; i < times; i++) {
                tasks.add(task);
            }
            for (var future : executor.invokeAll(tasks)) {
                results.add(future.get());
            }
        }
        return results;
    }
}
