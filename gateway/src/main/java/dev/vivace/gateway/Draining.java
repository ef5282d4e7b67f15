package dev.vivace.gateway;

import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

/** Waits for what is in flight at the doors, and ends what does not end. */
final class Draining {
    private static final long POLL_MILLIS = 20;

    /**
     * For a loop that does not answer, for a client to take its error, for connections to close.
     */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private static final BooleanSupplier NOBODY = () -> false;

    private final List<Doors> doors;
    private final Entrance entrance;

    Draining(List<Doors> doors, Entrance entrance) {
        this.doors = List.copyOf(doors);
        this.entrance = entrance;
    }

    /**
     * Takes a few seconds more than both times at most; false if it cut calls off before that was
     * over.
     */
    boolean run(Duration notice, Duration grace, BooleanSupplier hurry, Consumer<String> say)
            throws InterruptedException {
        if (notice.isPositive()) {
            say.accept(
                    "Not ready any more; calls are taken for %s s yet."
                            .formatted(seconds(notice.toNanos())));
            await(() -> 1, notice, hurry);
        }
        entrance.close();
        long began = System.nanoTime();
        int waiting = waiting();
        say.accept(
                "Stopping: %d in flight, which have %s s to end; a second signal cuts them off."
                        .formatted(waiting, seconds(grace.toNanos())));
        int left = await(this::waiting, grace, hurry);
        entrance.shut();
        // Who came in just before is in flight like all others.
        left = await(this::waiting, grace.minusNanos(System.nanoTime() - began), hurry);
        boolean hurried = left > 0 && hurry.getAsBoolean();
        if (left > 0) {
            String why = hurried ? "A second signal" : "The grace time is over";
            say.accept("%s: %d in flight are cut off.".formatted(why, left));
            ask(Doors::cut);
            await(this::waiting, MOMENT, NOBODY);
        }
        ask(Doors::sayGoodbye);
        await(entrance::inside, MOMENT, NOBODY);
        say.accept(
                "All that was in flight has ended, after %s s."
                        .formatted(seconds(System.nanoTime() - began)));
        return !hurried;
    }

    private interface Count {
        int get() throws InterruptedException;
    }

    /** Waits until there are none, or time is over; how many there are then. */
    private static int await(Count count, Duration most, BooleanSupplier hurry)
            throws InterruptedException {
        long until = System.nanoTime() + most.toNanos();
        int left = count.get();
        while (left > 0 && System.nanoTime() < until && !hurry.getAsBoolean()) {
            Thread.sleep(POLL_MILLIS);
            left = count.get();
        }
        return left;
    }

    private int waiting() throws InterruptedException {
        return ask(Doors::waiting);
    }

    /** The sum of what all loops say; one that is stuck says nothing, and does not hold us up. */
    private int ask(Function<Doors, Future<Integer>> question) throws InterruptedException {
        int sum = 0;
        for (Future<Integer> answer : doors.stream().map(question).toList()) {
            try {
                sum +=
                        answer.toCompletionStage()
                                .toCompletableFuture()
                                .get(MOMENT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException e) {
                sum++;
            }
        }
        return sum;
    }

    private static String seconds(long nanos) {
        return Double.toString(Math.round(nanos / 1e8) / 10.0);
    }
}
