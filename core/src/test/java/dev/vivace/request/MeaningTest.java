package dev.vivace.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Protocol;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two bodies share a digest if and only if they mean the same. */
class MeaningTest {
    private static final int CASES = 10_000;

    private final RequestScanner scanner = new RequestScanner();

    @Test
    void bodiesShareADigestIfAndOnlyIfTheyMeanTheSame() {
        Map<String, String> meanings = new HashMap<>();
        Map<String, String> digests = new HashMap<>();
        Set<String> changedFields = new TreeSet<>();
        for (int seed = 0; seed < CASES; seed++) {
            int at = seed;
            var random = new SplittableRandom(seed);
            Protocol protocol = Bodies.protocol(seed);
            Map<String, @Nullable Object> body = new Bodies(seed).body(protocol);

            byte[] one = Notation.write(body, seed);
            String digest = digest(one, protocol);
            byte[] same = Notation.write(otherwiseIgnored(body, random), ~seed);
            assertEquals(digest, digest(same, protocol), () -> "seed " + at + shown(one, same));

            Change.Changed changed = Change.one(body, random);
            byte[] other = Notation.write(changed.body(), seed);
            String changedDigest = digest(other, protocol);
            assertNotEquals(
                    digest,
                    changedDigest,
                    () -> "seed " + at + ", " + changed.what() + " " + shown(one, other));
            changedFields.add(changed.what().split("[ /]+", 3)[1]);

            // And so do any two of all of them.
            String[] meaning = {brief(meaning(body, true)), brief(meaning(changed.body(), true))};
            String[] its = {digest, changedDigest};
            for (int k = 0; k < 2; k++) {
                String before = meanings.put(its[k], meaning[k]);
                assertTrue(before == null || before.equals(meaning[k]), "seed " + seed);
                before = digests.put(meaning[k], its[k]);
                assertTrue(before == null || before.equals(its[k]), "seed " + seed);
            }
        }
        assertTrue(
                changedFields.containsAll(
                        Set.of(
                                "model",
                                "messages",
                                "input",
                                "tools",
                                "tool_choice",
                                "response_format",
                                "seed",
                                "temperature",
                                "top_p",
                                "stop",
                                "max_tokens",
                                "n",
                                "logprobs",
                                "reasoning",
                                "reasoning_effort",
                                "system",
                                "thinking",
                                "text",
                                "x_unknown_0",
                                "x_added")),
                changedFields.toString());
    }

    @Test
    void onlyTheTopmostFieldsOfThoseNamesAreLeftOut() {
        for (String name : Change.IGNORED) {
            String inside = "{\"model\":\"m\",\"messages\":[{\"%s\":%s}]}";
            assertNotEquals(
                    digest(inside.formatted(name, "1").getBytes(UTF_8), Protocol.CHAT),
                    digest(inside.formatted(name, "2").getBytes(UTF_8), Protocol.CHAT));
        }
    }

    @Test
    void aCacheFieldIsLeftOutWhereItIsOursOnly() {
        String body = "{\"model\":\"m\",\"messages\":[]%s}";
        String plain = digest(body.formatted("").getBytes(UTF_8), Protocol.CHAT);
        String ours = ",\"cache\":{\"ttl\":5,\"no-cache\":true}";
        String another = ",\"cache\":true";
        assertEquals(plain, digest(body.formatted(ours).getBytes(UTF_8), Protocol.CHAT));
        assertNotEquals(plain, digest(body.formatted(another).getBytes(UTF_8), Protocol.CHAT));
    }

    private static Map<String, @Nullable Object> otherwiseIgnored(
            Map<String, @Nullable Object> body, RandomGenerator random) {
        Map<String, @Nullable Object> other = new LinkedHashMap<>(body);
        for (String name : Change.IGNORED) {
            other.remove(name);
        }
        if (random.nextBoolean()) {
            other.put("stream", random.nextInt(3) == 0 ? null : random.nextBoolean());
        }
        if (random.nextBoolean()) {
            other.put("stream_options", Map.of("include_usage", random.nextBoolean()));
        }
        if (random.nextBoolean()) {
            other.put("user", new Bodies(random.nextInt()).any(2));
        }
        if (random.nextBoolean()) {
            other.put("metadata", new Bodies(random.nextInt()).any(3));
        }
        if (random.nextBoolean()) {
            other.put("cache", Map.of("namespace", "n" + random.nextInt(9)));
        }
        return other;
    }

    /** What a body means, written by another hand: sorted, with numbers as exact decimals. */
    private static String meaning(@Nullable Object tree, boolean top) {
        return switch (tree) {
            case null -> "null";
            case String s -> s.length() + "'" + s;
            case Bodies.Num n -> {
                var value = new BigDecimal(new BigInteger(n.digits()), -n.exponent());
                yield "#" + (n.negative() ? value.negate() : value).stripTrailingZeros();
            }
            case List<?> list -> {
                var out = new StringBuilder("[");
                list.forEach(element -> out.append(meaning(element, false)).append(','));
                yield out.append(']').toString();
            }
            case Map<?, ?> map -> {
                Map<String, String> sorted = new TreeMap<>();
                map.forEach(
                        (name, value) -> sorted.put(meaning(name, false), meaning(value, false)));
                if (top) {
                    Change.IGNORED.forEach(name -> sorted.remove(meaning(name, false)));
                }
                yield sorted.toString();
            }
            default -> String.valueOf(tree);
        };
    }

    private static String brief(String meaning) {
        return UUID.nameUUIDFromBytes(meaning.getBytes(UTF_8)).toString();
    }

    private String digest(byte[] body, Protocol protocol) {
        return HexFormat.of()
                .formatHex(scanner.digest(scanner.scan(body, protocol), body, protocol));
    }

    private static String shown(byte[] one, byte[] other) {
        return "in\n" + new String(one, UTF_8) + "\n" + new String(other, UTF_8);
    }
}
