package dev.vivace.answer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonParser;

class UsageCountsTest {
    private static final List<String> NAMES =
            List.of(
                    "prompt_tokens",
                    "completion_tokens",
                    "input_tokens",
                    "output_tokens",
                    "prompt_tokens_details",
                    "input_tokens_details",
                    "cache_read_input_tokens",
                    "cache_creation_input_tokens",
                    "cached_tokens",
                    "audio_tokens");
    private static final List<String> VALUES =
            List.of(
                    "0",
                    "7",
                    "1200",
                    "-7",
                    "1.5",
                    "1e3",
                    "281474976710656",
                    "281474976710657",
                    "9223372036854775807",
                    "99999999999999999999",
                    "null",
                    "\"7\"",
                    "[7,{\"input_tokens\":8}]",
                    "true");

    /** Whole answers are read by a parser, and tails where the bytes are. */
    @Test
    void bothReadersReadTheSame() {
        int reported = 0;
        for (int seed = 0; seed < 5_000; seed++) {
            String usage = object(new Random(seed), 0);
            for (Supplier<UsageCounts> of :
                    List.<Supplier<UsageCounts>>of(
                            UsageCounts::ofOpenAi, UsageCounts::ofAnthropic)) {
                UsageCounts byParser = of.get();
                byte[] json = usage.getBytes(StandardCharsets.UTF_8);
                try (JsonParser parser = JsonStreams.parser(json, 0, json.length)) {
                    parser.nextToken();
                    byParser.read(parser);
                }
                UsageCounts byBytes = of.get();
                byBytes.readAll(("{\"usage\" : " + usage + "}").getBytes(StandardCharsets.UTF_8));
                assertEquals(byParser.usage(), byBytes.usage(), "seed " + seed + ": " + usage);
                reported += byBytes.usage().isPresent() ? 1 : 0;
            }
        }
        assertEquals(true, reported > 2_000, "of 10,000 only " + reported + " reported any");
    }

    private static String object(Random random, int depth) {
        var members = new ArrayList<String>();
        for (int i = random.nextInt(6); i >= 0; i--) {
            boolean nested = depth < 2 && random.nextInt(4) == 0;
            String value =
                    nested ? object(random, depth + 1) : VALUES.get(random.nextInt(VALUES.size()));
            members.add('"' + NAMES.get(random.nextInt(NAMES.size())) + "\" :" + value);
        }
        return "{" + String.join(" , ", members) + "}";
    }

    /** Wherever it is cut: half a number is no count. */
    @Test
    void whatWasReadBeforeTheCutCounts() {
        String whole = "{\"usage\":{\"prompt_tokens\":987,\"completion_tokens\":4321}}";
        int prompt = whole.indexOf("987") + 3;
        int completion = whole.indexOf("4321") + 4;
        for (int cut = 0; cut <= whole.length(); cut++) {
            UsageCounts counts = UsageCounts.ofOpenAi();
            counts.readAll(whole.substring(0, cut).getBytes(StandardCharsets.UTF_8));
            Optional<Usage> expected =
                    cut > completion
                            ? Optional.of(new Usage(987, 0, 4321))
                            : cut > prompt ? Optional.of(new Usage(987, 0, 0)) : Optional.empty();
            assertEquals(expected, counts.usage(), whole.substring(0, cut));
        }
    }
}
