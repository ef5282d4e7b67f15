package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ShownTest {
    private static final int THREADS = 8;
    private static final int EACH = 300;

    @Test
    void manyAtOnceLoseNothing() throws Exception {
        var shown = new Shown();
        var together = new CyclicBarrier(THREADS);
        try (var pool = Executors.newFixedThreadPool(THREADS)) {
            var all = new ArrayList<Future<Integer>>();
            for (int t = 0; t < THREADS; t++) {
                int from = t * EACH;
                all.add(
                        pool.submit(() -> {
                            together.await();
                            int added = 0;
                            for (int i = from; i < from + EACH; i++) {
                                var tool = Corpus.tool("t" + i, "", "{}");
                                added +=
                                        shown.add(false, List.of(tool), name -> null, 100_000)
                                                .added()
                                                .size();
                            }
                            return added;
                        }));
            }
            for (Future<Integer> each : all) {
                assertEquals(EACH, each.get());
            }
        }
        assertEquals(
                THREADS * EACH, shown.add(false, List.of(), name -> null, 100_000).tools().size());
    }
}
