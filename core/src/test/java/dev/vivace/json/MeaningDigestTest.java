package dev.vivace.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MeaningDigestTest {
    private final MeaningDigest digest = new MeaningDigest();

    /** 128 bytes is where a value is no longer written out but digested. */
    @Test
    void everyLengthOfEveryKindOfValueIsDifferent() {
        Set<String> seen = new HashSet<>();
        for (int length = 0; length < 300; length++) {
            String text = "1".repeat(length);
            List<String> kinds = new ArrayList<>();
            kinds.add('"' + text + '"');
            kinds.add("[\"" + text + "\"]");
            kinds.add("{\"" + text + "\":0}");
            kinds.add("{\"a\":\"" + text + "\"}");
            kinds.add("[\"" + text + "\",\"\"]");
            kinds.add("[\"\",\"" + text + "\"]");
            kinds.add(
                    IntStream.range(0, length)
                            .mapToObj(i -> "[]")
                            .collect(Collectors.joining(",", "[", "]")));
            if (length > 0) {
                kinds.add(text);
                kinds.add('-' + text);
                kinds.add("0." + text);
            }
            for (String kind : kinds) {
                assertTrue(seen.add(of(kind)) || kind.equals("[\"\",\"\"]"), kind);
            }
        }
    }

    @Test
    void notationDoesNotMatterAroundTheLengthAtWhichValuesAreDigested() {
        for (int length = 100; length < 140; length++) {
            String plain = "é" + "x".repeat(length);
            String escaped = "\\u00e9" + "x".repeat(length - 1) + "\\u0078";
            assertEquals(of('"' + plain + '"'), of('"' + escaped + '"'));
            assertEquals(
                    of("{\"a\":\"" + plain + "\",\"b\":1}"),
                    of("{ \"b\":1.0, \"\\u0061\":\"" + escaped + "\"}"));
            String digits = "7".repeat(length);
            assertEquals(of(digits), of(digits + ".000"));
            assertEquals(of(digits), of(digits + "00e-2"));
            assertEquals(of("0." + digits), of(digits + "e-" + length));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1 1.0 1e0 10e-1 0.1e1 1E+0 100000e-5 0.00001e5 1e00000",
                "0 -0 0.0 0e9 0e-9 -0.000",
                "-2.50 -25e-1 -2.5 -0.25E1 -250e-2",
                "100 1e2 1E2 1.00e+2 10000e-2",
                "123456789012345678901234567890 1.2345678901234567890123456789e29",
            })
    void oneNumberHasManyNotations(String notations) {
        Set<String> digests = new HashSet<>();
        for (String notation : notations.split(" ")) {
            digests.add(of(notation));
        }
        assertEquals(1, digests.size());
    }

    @Test
    void numbersThatDoublesCannotTellApartAreDifferent() {
        var numbers =
                List.of(
                        "9007199254740992",
                        "9007199254740993",
                        "0.1",
                        "0.1000000000000000000001",
                        "1e400",
                        "1e401",
                        "1e-400",
                        "0",
                        "-1",
                        "1",
                        "10",
                        "\"1\"",
                        "true",
                        "[1]");
        Set<String> digests = numbers.stream().map(this::of).collect(Collectors.toSet());
        assertEquals(numbers.size(), digests.size());
    }

    @Test
    void exponentsOutOfReasonAreRefused() {
        assertEquals(
                "a number's exponent is out of range at line 1, column 3 (offset 2)",
                refused("1e1000000001"));
        assertEquals(
                "a number's exponent is out of range at line 1, column 4 (offset 3)",
                refused("-1e-" + "9".repeat(1_000)));
    }

    /** Strings that look like what the digest writes for other values must stay strings. */
    @Test
    void whatImitatesTheWrittenFormIsDifferent() {
        var tags = List.of("s", "S", "#", "N", "o", "O", "a", "A", "F", "t", "f", "n");
        Map<String, String> seen = new HashMap<>();
        for (String tag : tags) {
            for (int length = 0; length < 3; length++) {
                for (String content : List.of("", "\\u0000", "\\u0001", "s\\u0001x", "n")) {
                    String imitation = tag + "\\u000" + length + content;
                    for (String document :
                            List.of(
                                    '"' + imitation + '"',
                                    "[\"" + imitation + "\"]",
                                    "{\"" + imitation + "\":null}",
                                    "[\"" + tag + "\",\"\\u000" + length + content + "\"]",
                                    "{\"" + tag + "\":\"\\u000" + length + content + "\"}")) {
                        String before = seen.put(of(document), document);
                        assertTrue(before == null || before.equals(document), document);
                    }
                }
            }
        }
    }

    /** An object, an array and a string whose contents are written in the very same bytes. */
    @Test
    void equalContentsOfDifferentKindsAreDifferent() {
        for (int length : new int[] {1, 100}) {
            String x = "x".repeat(length);
            String y = "y".repeat(length);
            String size = "\\u%04x".formatted(length);
            String written = "s\\u0001as" + size + x + "s\\u0001bs" + size + y;
            Set<String> digests = new HashSet<>();
            digests.add(of("{\"a\":\"" + x + "\",\"b\":\"" + y + "\"}"));
            digests.add(of("[\"a\",\"" + x + "\",\"b\",\"" + y + "\"]"));
            digests.add(of('"' + written + '"'));
            assertEquals(3, digests.size());
        }
    }

    @Test
    void membersMayBeShuffledElementsMayNot() {
        for (int count : new int[] {2, 3, 50, 5_000}) {
            List<String> members = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                members.add(
                        "\"" + "k".repeat(i % 140) + i + "\":" + (i % 3 == 0 ? "[" + i + "]" : i));
            }
            String expected = of("{" + String.join(",", members) + "}");
            String array = "[{" + String.join("},{", members) + "}]";
            String elements = of(array);
            for (int seed = 0; seed < 4; seed++) {
                Collections.shuffle(members, new Random(seed));
                assertEquals(expected, of("{" + String.join(",", members) + "}"));
                String shuffled = "[{" + String.join("},{", members) + "}]";
                assertEquals(shuffled.equals(array), elements.equals(of(shuffled)));
            }
        }
    }

    @Test
    void longArraysAreFoldedAndStillDiffer() {
        List<String> elements = new ArrayList<>(Collections.nCopies(30_000, "7"));
        String array = "[" + String.join(",", elements) + "]";
        Set<String> seen = new HashSet<>(Set.of(of(array)));
        assertEquals(of(array), of(array.replace("7", " 70e-1")));
        for (int at : new int[] {0, 1, 5_000, 6_000, 29_998, 29_999}) {
            elements.set(at, "8");
            assertTrue(seen.add(of("[" + String.join(",", elements) + "]")), "at " + at);
            elements.set(at, "7,7");
            seen.add(of("[" + String.join(",", elements) + "]"));
            elements.set(at, "7");
        }
        assertEquals(8, seen.size());
    }

    @Test
    void deepNestingIsDigestedAtEveryLevel() {
        Set<String> seen = new HashSet<>();
        for (int level = 0; level < JsonReader.MAX_DEPTH; level++) {
            var document = new StringBuilder();
            for (int i = 0; i < JsonReader.MAX_DEPTH; i++) {
                document.append("{\"").append(i == level ? "b" : "a").append("\":");
            }
            document.append("0").append("}".repeat(JsonReader.MAX_DEPTH));
            assertTrue(seen.add(of(document.toString())), "level " + level);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':1,'a':1}",
                "{'b':0,'a':1,'\\u0061':2}",
                "{'x':[{'c':{'a':1,'b':2,'a':3}}]}",
            })
    void duplicateNamesAreRefusedAtAnyLevel(String quoted) {
        String document = quoted.replace('\'', '"');
        int at = document.lastIndexOf(document.contains("u0061") ? "\"\\u0061" : "\"a");
        String name = document.contains("u0061") ? "\\u0061" : "a";
        assertEquals(
                "duplicate member name '%s' at line 1, column %d (offset %d)"
                        .formatted(name, at + 1, at),
                refused(document));
    }

    @Test
    void aLongDuplicateNameIsCutShort() {
        String name = "n".repeat(200);
        assertEquals(
                "duplicate member name '%s...' at line 1, column 207 (offset 206)"
                        .formatted("n".repeat(64)),
                refused("{\"" + name + "\":1,\"" + name + "\":2}"));
    }

    @Test
    void moreMembersThanCanBeMeantAreRefused() {
        var document = new StringBuilder("{\"0\":0");
        for (int i = 1; i <= MeaningDigest.MAX_MEMBERS; i++) {
            document.append(",\"").append(i).append("\":0");
        }
        String message = refused(document.append('}').toString());
        assertTrue(message.startsWith("more than 65536 members at line 1, column "), message);
    }

    @Test
    void aFailedDocumentLeavesNothingBehind() {
        String expected = of("{\"b\":1,\"a\":[2]}");
        refused("{\"z\":{\"b\":1,\"a\":[2,{\"q\":1");
        assertEquals(expected, of("{\"b\":1,\"a\":[2]}"));
    }

    @Test
    void theSecretIsPartOfTheDigest() {
        digest.text("a".getBytes(UTF_8));
        byte[] one = digest.finish(new byte[] {1});
        digest.text("a".getBytes(UTF_8));
        byte[] two = digest.finish(new byte[] {2});
        assertTrue(!java.util.Arrays.equals(one, two));
        assertEquals(MeaningDigest.LENGTH, one.length);
    }

    private String of(String document) {
        byte[] bytes = document.getBytes(UTF_8);
        digest.reset();
        var reader = new JsonReader(bytes);
        digest.value(reader, bytes);
        reader.end();
        return HexFormat.of().formatHex(digest.finish(new byte[0]));
    }

    private String refused(String document) {
        return String.valueOf(assertThrows(JsonException.class, () -> of(document)).getMessage());
    }
}
