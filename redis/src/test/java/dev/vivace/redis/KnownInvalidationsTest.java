package dev.vivace.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Invalidation;
import dev.vivace.redis.KnownInvalidations.One;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KnownInvalidationsTest {
    private static final CachedAnswer ANSWER = Answers.answer("scope", "question");

    private static StreamId at(long place) {
        return new StreamId(place, 0);
    }

    static Invalidation scope(String scope) {
        return new Invalidation(
                Optional.of(scope), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    @Test
    void holdForWhatWasStoredBeforeThem() {
        var known =
                KnownInvalidations.NONE.with(
                        List.of(new One(at(5), scope("scope")), new One(at(9), scope("other"))));
        assertTrue(known.hold(at(4), ANSWER));
        assertFalse(known.hold(at(5), ANSWER));
        assertFalse(known.hold(at(9), ANSWER));
        assertTrue(known.hold(at(10), ANSWER), "of a stream that was lost");
        assertFalse(known.hold(at(0), Answers.answer("third", "question")));
    }

    @Test
    void olderOnesHoldForEverything() {
        var known = KnownInvalidations.NONE;
        for (int i = 1; i <= KnownInvalidations.MAX + 1; i++) {
            known = known.with(List.of(new One(at(i), scope("other"))));
        }
        assertEquals(KnownInvalidations.MAX, known.all().size());
        assertTrue(known.hold(at(0), ANSWER));
        assertFalse(known.hold(at(1), ANSWER));
    }

    @Test
    void asManyAsRedisKeepsMayHaveBeenMore() {
        List<One> many = new ArrayList<>();
        for (int i = 1; i <= KnownInvalidations.MAX; i++) {
            many.add(new One(at(100 + i), scope("other")));
        }
        var known = KnownInvalidations.NONE.with(many);
        assertTrue(known.hold(at(100), ANSWER));
        assertFalse(known.hold(at(101), ANSWER));
    }

    @Test
    void aStreamThatLostItsEndIsFollowedFromThere() {
        var known =
                KnownInvalidations.NONE
                        .with(
                                List.of(
                                        new One(at(5), scope("other")),
                                        new One(at(9), scope("scope"))))
                        .backTo(at(5));
        assertTrue(known.hold(at(9), ANSWER));
        assertFalse(known.hold(at(5), ANSWER));
        assertTrue(known.with(List.of(new One(at(7), scope("scope")))).hold(at(5), ANSWER));
    }

    /** However the stream is cut into readings, the same answers are held. */
    @Test
    void readingsDoNotMatter() {
        long seed = 4711;
        var random = new Random(seed);
        for (int round = 0; round < 50; round++) {
            List<One> stream = new ArrayList<>();
            long place = 0;
            for (int i = random.nextInt(40); i > 0; i--) {
                place += 1 + random.nextInt(3);
                stream.add(new One(at(place), scope(random.nextInt(3) == 0 ? "scope" : "other")));
            }
            var known = KnownInvalidations.NONE;
            for (int from = 0; from < stream.size(); ) {
                int to = Math.min(stream.size(), from + 1 + random.nextInt(5));
                known = known.with(stream.subList(Math.max(0, from - random.nextInt(3)), to));
                from = to;
            }
            for (long stamp = 0; stamp <= place; stamp++) {
                StreamId then = at(stamp);
                boolean expected =
                        stream.stream()
                                .anyMatch(
                                        one -> then.isBefore(one.id()) && one.which().test(ANSWER));
                assertEquals(expected, known.hold(then, ANSWER), "seed " + seed + ", " + then);
            }
        }
    }

    @Test
    void placesAreOrderedAndKeepTheirForm() {
        var id = StreamId.parse("1700000000000-7");
        assertEquals("1700000000000-7", id.toString());
        assertEquals(id, StreamId.of(id.bytes()));
        assertTrue(id.isBefore(StreamId.parse("1700000000000-10")));
        assertTrue(id.isBefore(StreamId.parse("1700000000001-0")));
    }
}
