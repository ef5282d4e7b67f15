package dev.vivace.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

class JsonReaderTest {
    private static final int DOCUMENTS = 20_000;

    private static final JsonFactory JACKSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(JsonReader.MAX_DEPTH)
                                    .maxNumberLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    /**
     * The oracle is the JDK for the bytes and Jackson, with its strict defaults, for the rest. Both
     * count levels alike and do not look for duplicate names. Half a surrogate pair, escaped, is
     * text to both, except that Jackson will not have it in a name: there it has no say.
     */
    @Test
    void readsWhatJacksonReadsAndRefusesWhatItRefuses() {
        int sound = 0;
        for (int seed = 0; seed < DOCUMENTS; seed++) {
            var random = new Random(seed);
            byte[] document = RandomJson.document(random).getBytes(UTF_8);
            if (seed % 4 != 0) {
                document = RandomJson.damaged(document, random);
            }
            String expected = jackson(document);
            if (!expected.equals(NO_SAY)) {
                assertEquals(expected, ours(document), "seed " + seed);
                sound += expected.equals(REFUSED) ? 0 : 1;
            }
        }
        assertTrue(sound > DOCUMENTS / 4, "sound: " + sound);
        assertTrue(sound < DOCUMENTS * 3 / 4, "sound: " + sound);
    }

    /** Eight bytes are looked at together: whatever ends the run must be seen at every place. */
    @Test
    void everyByteIsSeenAtEveryPlaceOfAString() {
        for (int before = 0; before < 17; before++) {
            for (int after : new int[] {0, 1, 6, 7, 8, 9}) {
                for (int b = 0; b < 256; b++) {
                    byte[] document = new byte[before + after + 3];
                    java.util.Arrays.fill(document, (byte) 'x');
                    document[0] = '"';
                    document[before + 1] = (byte) b;
                    document[document.length - 1] = '"';
                    assertEquals(
                            jackson(document),
                            ours(document),
                            "byte " + b + " behind " + before + " before " + after);
                }
            }
        }
    }

    @Test
    void aStringIsFoundAtEveryOffsetOfADocument() {
        String text = "12345678é\"\\\u0001€😀12345678123456781234567";
        byte[] quoted = JsonText.quote(text);
        for (int offset = 0; offset < 17; offset++) {
            byte[] document = new byte[offset + quoted.length + offset];
            java.util.Arrays.fill(document, (byte) '"');
            System.arraycopy(quoted, 0, document, offset, quoted.length);
            var reader = new JsonReader(document, offset, offset + quoted.length);
            assertEquals(text, reader.string());
            reader.end();
        }
    }

    @Test
    void aPartOfADocumentEndsWhereItIsSaidToEnd() {
        byte[] document = "[1,\"long enough for eight at a time\"]".getBytes(UTF_8);
        for (int to = 0; to < document.length; to++) {
            var reader = new JsonReader(document, 0, to);
            var refused =
                    assertThrows(
                            JsonException.class,
                            () -> {
                                reader.skipValue();
                                reader.end();
                            });
            assertTrue(refused.offset() <= to, refused.getMessage());
        }
    }

    @Test
    void depthIsBounded() {
        String deepest = "[".repeat(JsonReader.MAX_DEPTH) + "]".repeat(JsonReader.MAX_DEPTH);
        new JsonReader(deepest.getBytes(UTF_8)).skipValue();
        var refused =
                assertThrows(
                        JsonException.class,
                        () -> new JsonReader(("[" + deepest + "]").getBytes(UTF_8)).skipValue());
        assertEquals(
                "nested deeper than 200 levels at line 1, column 201 (offset 200)",
                refused.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,}|expected a member name in quotes|1, column 8 (offset 7)",
                "{\"a\" 1}|expected ':' after a member name|1, column 6 (offset 5)",
                "[1 2]|expected ',' or ']'|1, column 4 (offset 3)",
                "[1}|expected ',' or ']'|1, column 3 (offset 2)",
                "[NaN]|expected a value|1, column 2 (offset 1)",
                "[nan]|expected null|1, column 2 (offset 1)",
                "[Infinity]|expected a value|1, column 2 (offset 1)",
                "[01]|malformed number|1, column 3 (offset 2)",
                "[1.]|malformed number|1, column 4 (offset 3)",
                "[+1]|expected a value|1, column 2 (offset 1)",
                "['a']|expected a value|1, column 2 (offset 1)",
                "[1] 2|expected the end of the document|1, column 5 (offset 4)",
                "[\"a|the document ends inside a string|1, column 4 (offset 3)",
                "[\"\\x\"]|unknown escape in a string|1, column 3 (offset 2)",
                "[\"\\u00g0\"]|malformed \\u escape|1, column 3 (offset 2)",
                "{\"a\":|the document ends where a value is expected|1, column 6 (offset 5)",
                "[|the document ends inside an array|1, column 2 (offset 1)",
            })
    void errorsSayWhatAndWhere(String document, String what, String where) {
        assertEquals(what + " at line " + where, error(document.getBytes(UTF_8)));
    }

    @Test
    void linesAreCounted() {
        assertEquals(
                "expected a value at line 3, column 2 (offset 7)",
                error("[1,\n\r\n x]".getBytes(UTF_8)));
        assertEquals(
                "unescaped control character in a string at line 1, column 4 (offset 3)",
                error("[\"a\tb\"]".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"c080", "e08080", "eda080", "f4908080", "ff", "80", "c3", "f0808080"})
    void malformedUtf8IsRefused(String hex) {
        byte[] bad = java.util.HexFormat.of().parseHex(hex);
        byte[] document = new byte[bad.length + 2];
        document[0] = document[document.length - 1] = '"';
        System.arraycopy(bad, 0, document, 1, bad.length);
        assertEquals("malformed UTF-8 in a string at line 1, column 2 (offset 1)", error(document));
    }

    @Test
    void aNameIsComparedByItsBytes() {
        var reader = new JsonReader("{\"m\\u006fdel\":1,\"model\":2}".getBytes(UTF_8));
        reader.beginObject();
        assertTrue(reader.nextMember());
        assertTrue(reader.textEscaped());
        assertEquals("model", reader.text());
        assertFalse(reader.nameIs("model".getBytes(UTF_8)));
        reader.skipValue();
        assertTrue(reader.nextMember());
        assertTrue(reader.nameIs("model".getBytes(UTF_8)));
    }

    @Test
    void whatIsQuotedIsReadBack() {
        for (int seed = 0; seed < 2_000; seed++) {
            String text = RandomJson.text(new Random(seed), 60);
            assertEquals(text, new JsonReader(JsonText.quote(text)).string(), "seed " + seed);
        }
    }

    @Test
    void anEscapedLoneSurrogateStaysDifferentFromAnother() {
        byte[] high = unescaped("\\ud83d");
        byte[] other = unescaped("\\ud83e");
        assertEquals("eda0bd", java.util.HexFormat.of().formatHex(high));
        assertEquals("eda0be", java.util.HexFormat.of().formatHex(other));
        assertEquals("f09f9880", java.util.HexFormat.of().formatHex(unescaped("\\uD83D\\uDE00")));
    }

    private static byte[] unescaped(String content) {
        byte[] bytes = content.getBytes(UTF_8);
        return JsonText.unescape(bytes, 0, bytes.length);
    }

    private static String error(byte[] document) {
        var reader = new JsonReader(document);
        return String.valueOf(
                assertThrows(
                                JsonException.class,
                                () -> {
                                    reader.skipValue();
                                    reader.end();
                                })
                        .getMessage());
    }

    private static final String REFUSED = "refused";
    private static final String NO_SAY = "no say";

    private static String ours(byte[] document) {
        var out = new StringBuilder();
        try {
            var reader = new JsonReader(document);
            value(reader, document, out);
            reader.end();
            new JsonReader(document).skipValue();
        } catch (JsonException e) {
            return REFUSED;
        }
        return out.toString();
    }

    private static void value(JsonReader reader, byte[] document, StringBuilder out) {
        switch (reader.peek()) {
            case '{' -> {
                reader.beginObject();
                out.append('{');
                while (reader.nextMember()) {
                    out.append(reader.text()).append(':');
                    value(reader, document, out);
                }
                out.append('}');
            }
            case '[' -> {
                reader.beginArray();
                out.append('[');
                while (reader.nextElement()) {
                    value(reader, document, out);
                }
                out.append(']');
            }
            case '"' -> out.append('"').append(reader.string()).append('"');
            case 't', 'f' -> out.append(reader.bool());
            case 'n' -> {
                reader.readNull();
                out.append("null");
            }
            default -> {
                reader.readNumber();
                int length = reader.textEnd() - reader.textStart();
                out.append(new String(document, reader.textStart(), length, UTF_8));
            }
        }
        out.append(' ');
    }

    private static String jackson(byte[] document) {
        var out = new StringBuilder();
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(document));
            try (JsonParser parser = JACKSON.createParser(ObjectReadContext.empty(), document)) {
                int depth = 0;
                JsonToken token = parser.nextToken();
                if (token == null) {
                    return REFUSED;
                }
                for (; token != null; token = parser.nextToken()) {
                    if (depth == 0 && !out.isEmpty()) {
                        return REFUSED; // one document, not a sequence of them
                    }
                    depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                    switch (token) {
                        case PROPERTY_NAME -> out.append(replaced(parser.getString())).append(':');
                        case VALUE_STRING ->
                                out.append('"').append(replaced(parser.getString())).append("\" ");
                        case START_OBJECT, START_ARRAY -> out.append(token.asString());
                        case END_OBJECT, END_ARRAY -> out.append(token.asString()).append(' ');
                        default -> out.append(parser.getString()).append(' ');
                    }
                }
            }
        } catch (CharacterCodingException e) {
            return REFUSED;
        } catch (JacksonException e) {
            String why = e.getOriginalMessage();
            return why.contains("surrogate") && why.contains("in property name") ? NO_SAY : REFUSED;
        }
        return out.toString();
    }

    /**
     * Lone surrogates as {@link JsonReader#text} gives them back: a String cannot hold their bytes.
     */
    private static String replaced(String text) {
        var out = new StringBuilder();
        text.codePoints()
                .forEach(c -> {
                    if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                        out.append('\ufffd');
                    } else {
                        out.appendCodePoint(c);
                    }
                });
        return out.toString();
    }
}
