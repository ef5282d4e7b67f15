package dev.vivace.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.bench.OrderSearch.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderSearchTest {
    private static Task task(long micros, Integer... needs) {
        return new Task(micros, List.of(needs));
    }

    /** 3 + 3 beside 2 + 2 + 2; the longest first gives 3 + 2 + 2 beside 3 + 2. */
    @Test
    void findsTheBestOrderWhereTheLongestFirstIsNot() {
        var search = new OrderSearch(List.of(task(3), task(3), task(2), task(2), task(2)), 2);
        assertEquals(7, search.makespan(search.levels()));
        assertEquals(6, search.bound(7));
        assertEquals(6, search.best(new Random(1), 1_000));
    }

    @Test
    void aChainIsAsLongAsItIs() {
        var search = new OrderSearch(List.of(task(4), task(5, 0), task(6, 1), task(2)), 2);
        assertEquals(15, search.best(new Random(1), 0));
        assertEquals(15, search.bound(15));
    }

    /** All wait for the first, and the last for all: 1 + 4 + 4 + 1, while 18 / 2 would be 9. */
    @Test
    void theBoundSeesWherePlacesMustStayEmpty() {
        var search =
                new OrderSearch(
                        List.of(
                                task(1),
                                task(4, 0),
                                task(4, 0),
                                task(4, 0),
                                task(4, 0),
                                task(1, 1, 2, 3, 4)),
                        2);
        assertEquals(10, search.bound(100));
        assertEquals(10, search.best(new Random(1), 0));
    }

    @Test
    void noOrderBeatsTheBound() {
        var random = new Random(20_261_122);
        for (int i = 0; i < 300; i++) {
            var tasks = new ArrayList<Task>();
            int size = 1 + random.nextInt(25);
            for (int j = 0; j < size; j++) {
                var needs = new ArrayList<Integer>();
                for (int need = random.nextInt(3); need > 0 && j > 0; need--) {
                    needs.add(random.nextInt(j));
                }
                tasks.add(new Task(1 + random.nextInt(20), needs));
            }
            var search = new OrderSearch(tasks, 1 + random.nextInt(5));
            long first = search.makespan(search.levels());
            // As far above as one can say, so that it does not stop at what was found.
            long bound = search.bound(10L * first);
            long best = search.best(random, 200);
            assertTrue(bound <= best, () -> tasks + ": " + bound + " > " + best);
            assertTrue(best <= first, () -> tasks.toString());
        }
    }
}
