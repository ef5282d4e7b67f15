package dev.vivace.embedding;

import static dev.vivace.embedding.TestLine.answer;
import static dev.vivace.embedding.TestLine.expected;
import static dev.vivace.embedding.TestLine.inputs;
import static dev.vivace.embedding.TestLine.vectors;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheControl;
import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Fingerprint;
import dev.vivace.cache.Invalidation;
import dev.vivace.cache.SecondLevel;
import dev.vivace.embedding.TestLine.Asked;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.StageNote;
import dev.vivace.line.Flight;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Vectors that replicas have stored, which are at hand a moment later. */
final class EmbeddingSecondLevelTest {
    private final Level level = new Level();
    private final TestLine line = new TestLine(level);
    private final TestLine replica = new TestLine(level);

    /** What answers when the test lets it. */
    private static final class Level implements SecondLevel {
        final Map<Fingerprint, CachedAnswer> all = new HashMap<>();
        final ArrayDeque<Runnable> answers = new ArrayDeque<>();

        @Override
        public CompletionStage<Optional<CachedAnswer>> get(Fingerprint key) {
            throw new IllegalStateException("one by one");
        }

        @Override
        public CompletionStage<Map<Fingerprint, CachedAnswer>> getAll(List<Fingerprint> keys) {
            var answer = new CompletableFuture<Map<Fingerprint, CachedAnswer>>();
            answers.add(() -> {
                var found = new HashMap<>(all);
                found.keySet().retainAll(keys);
                answer.complete(found);
            });
            return answer;
        }

        @Override
        public void put(Fingerprint key, CachedAnswer stored) {
            all.put(key, stored);
        }

        @Override
        public void invalidate(Invalidation which) {}
    }

    private Asked ask(TestLine of, String... texts) {
        Asked asked = of.ask(texts);
        level.answers.remove().run();
        return asked;
    }

    private void stored(String... texts) throws Exception {
        Asked bought = ask(line, texts);
        answer(line.next());
        bought.get();
    }

    private static void noted(TestLine of, Asked asked, String outcome) {
        assertTrue(
                of.entry(asked).stages().contains(StageNote.of("second-level", outcome)),
                of.entry(asked).toString());
    }

    @Test
    void whatAReplicaStoredIsNotBoughtAgain() throws Exception {
        stored("a", "b");
        Asked asked = ask(replica, "b", "a", "b");
        assertEquals(expected("b", "a", "b"), vectors(asked.get()));
        assertTrue(replica.flights.isEmpty());
        assertEquals(CacheStatus.HIT, replica.entry(asked).cache());
        noted(replica, asked, "hit");
        replica.ask("a", "b").get();
        assertTrue(level.answers.isEmpty(), "it is at hand now");
    }

    @Test
    void onlyWhatNobodyHasIsBought() throws Exception {
        stored("a", "b");
        Asked asked = ask(replica, "a", "c", "b");
        Flight flight = replica.next();
        assertEquals(List.of("c"), inputs(flight));
        answer(flight);
        assertEquals(expected("a", "c", "b"), vectors(asked.get()));
        noted(replica, asked, "partial");
        assertEquals(3, level.all.size());
    }

    @Test
    void whatNobodyHasIsBoughtWhole() throws Exception {
        Asked asked = ask(line, "x", "y");
        answer(line.next());
        assertEquals(expected("x", "y"), vectors(asked.get()));
        noted(line, asked, "miss");
    }

    @Test
    void whoWantsOnlyWhatIsStoredGetsItFromThere() throws Exception {
        stored("a");
        CacheControl only = CacheControl.NONE.header("cache-control", "only-if-cached");
        Asked asked = replica.ask(only, "a");
        level.answers.remove().run();
        assertEquals(expected("a"), vectors(asked.get()));
        Asked refused = replica.ask(only, "a", "b");
        level.answers.remove().run();
        assertEquals(
                504,
                assertInstanceOf(EmbeddingOutcome.Unsound.class, refused.get()).refused().status());
        assertTrue(replica.flights.isEmpty());
    }

    @Test
    void whoRefreshesDoesNotAsk() {
        line.ask(CacheControl.NONE.header("cache-control", "no-cache"), "a");
        assertTrue(level.answers.isEmpty());
        line.ask(CacheControl.NONE.header("cache-control", "no-store"), "a");
        assertTrue(level.answers.isEmpty());
    }

    @Test
    void whoLeavesWhileItIsAskedBuysNothing() throws Exception {
        Asked asked = line.ask("a");
        asked.leave().run();
        level.answers.remove().run();
        assertTrue(line.flights.isEmpty());
        assertEquals(499, line.entry(asked).status());
    }

    /** It may have been stored before, and read before. */
    @Test
    void whatIsInvalidatedMeanwhileIsNotTakenOver() throws Exception {
        stored("a");
        Asked asked = replica.ask("a");
        replica.cache.invalidate(answer -> true);
        level.answers.remove().run();
        assertEquals(List.of("a"), inputs(replica.next()));
        noted(replica, settled(asked), "miss");
    }

    private Asked settled(Asked asked) {
        asked.leave().run();
        return asked;
    }
}
