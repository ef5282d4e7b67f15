package dev.vivace.tool;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * The calls that came after certain others. A guess is made every time, whether or not anything is
 * done with it, and how often it was right lately is the probability that it is right again: what
 * cannot be foreseen is found out for free. Thread-safe.
 */
final class Followers {
    /** Most that are kept. */
    static final int MOST = 8;

    private static final int MOST_ARGUMENTS = 16;
    private static final double FADE = 0.9;
    private static final int FOLLOWER = 200;
    private static final int ARGUMENT = 200;

    /** A call that may come next. */
    record Guess(
            Followers from, String tool, ObjectNode arguments, double probability, double pause) {
        /**
         * The next call is there.
         *
         * @param useful whether it helps to have known
         */
        void settle(String actual, ObjectNode with, boolean useful) {
            from.settle(tool, useful && is(actual, with));
        }

        boolean is(String actual, ObjectNode with) {
            return actual.equals(tool) && with.equals(arguments);
        }
    }

    private static final class Follower {
        double count;
        double guessed;
        double right;
        final Map<String, ArgumentOrigins> arguments = new HashMap<>();
    }

    private final Map<String, Follower> followers = new HashMap<>();
    private double pauseNanos = -1;
    private long bytes;

    /** What comes next; empty if there is nothing that changes nothing, or no arguments for it. */
    synchronized Optional<Guess> guess(List<Facts> before) {
        return followers.entrySet().stream()
                .max(
                        Comparator.comparingDouble(
                                (Map.Entry<String, Follower> each) -> each.getValue().count))
                .flatMap(best -> guess(best.getKey(), best.getValue(), before));
    }

    private Optional<Guess> guess(String tool, Follower follower, List<Facts> before) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        for (var argument : follower.arguments.entrySet()) {
            Optional<JsonNode> value = argument.getValue().guess(before);
            if (value.isEmpty()) {
                return Optional.empty();
            }
            arguments.set(argument.getKey(), value.get());
        }
        // As if it had been wrong once before: a guess must prove itself.
        double probability = follower.right / (follower.guessed + 1);
        return Optional.of(new Guess(this, tool, arguments, probability, pauseNanos));
    }

    private synchronized void settle(String guessed, boolean right) {
        Follower follower = followers.get(guessed);
        if (follower != null) {
            follower.guessed = follower.guessed * FADE + 1;
            follower.right = follower.right * FADE + (right ? 1 : 0);
        }
    }

    /**
     * A call came.
     *
     * @param pause since the one before it had ended
     * @param readOnly whether it may be foreseen; another is only known to have come
     * @return by how many bytes it has grown
     */
    synchronized long learn(
            String tool, ObjectNode arguments, List<Facts> before, long pause, boolean readOnly) {
        pauseNanos = pauseNanos < 0 ? pause : pauseNanos + 0.2 * (pause - pauseNanos);
        followers.values().forEach(each -> each.count *= FADE);
        if (!readOnly || arguments.size() > MOST_ARGUMENTS || !small(arguments)) {
            return 0;
        }
        Follower follower = follower(tool);
        follower.count++;
        follower.arguments.keySet().retainAll(arguments.propertyNames());
        for (var argument : arguments.properties()) {
            follower.arguments
                    .computeIfAbsent(argument.getKey(), name -> new ArgumentOrigins())
                    .learn(argument.getValue(), before);
        }
        long known = bytes;
        bytes = followers.entrySet().stream().mapToLong(Followers::bytes).sum();
        return bytes - known;
    }

    synchronized long bytes() {
        return bytes;
    }

    private static long bytes(Map.Entry<String, Follower> each) {
        long sum = FOLLOWER + 2L * each.getKey().length();
        for (var argument : each.getValue().arguments.entrySet()) {
            sum += ARGUMENT + 2L * argument.getKey().length() + argument.getValue().bytes();
        }
        return sum;
    }

    private static boolean small(ObjectNode arguments) {
        return arguments.properties().stream()
                .allMatch(each -> each.getKey().length() <= 128 && Facts.small(each.getValue()));
    }

    private Follower follower(String tool) {
        @Nullable Follower known = followers.get(tool);
        if (known != null) {
            return known;
        }
        if (followers.size() >= MOST) {
            followers.keySet().stream()
                    .min(
                            Comparator.comparingDouble(
                                    name -> Objects.requireNonNull(followers.get(name)).count))
                    .ifPresent(followers::remove);
        }
        var added = new Follower();
        followers.put(tool, added);
        return added;
    }
}
