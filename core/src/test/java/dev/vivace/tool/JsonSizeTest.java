package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

class JsonSizeTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] TEXTS = {"", "plain", "\"\\\n\t\u0001", "äöü", "漢字", "😀", "/"};

    private static JsonNode random(Random random, int depth) {
        int kind = random.nextInt(depth == 0 ? 4 : 6);
        return switch (kind) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.stringNode(TEXTS[random.nextInt(TEXTS.length)].repeat(3));
            case 3 -> NODES.stringNode("x".repeat(random.nextInt(500)));
            case 4 -> {
                var array = NODES.arrayNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    array.add(random(random, depth - 1));
                }
                yield array;
            }
            default -> {
                var object = NODES.objectNode();
                for (int i = random.nextInt(5); i > 0; i--) {
                    object.set(TEXTS[random.nextInt(TEXTS.length)] + i, random(random, depth - 1));
                }
                yield object;
            }
        };
    }

    @Test
    void isCloseToWhatIsWritten() {
        var random = new Random(11);
        for (int i = 0; i < 2_000; i++) {
            JsonNode value = random(random, 4);
            long written = value.toString().getBytes(StandardCharsets.UTF_8).length;
            long said = JsonSize.of(value, Long.MAX_VALUE).text();
            assertTrue(
                    Math.abs(said - written) <= 2 + written / 3, said + " for " + written + value);
        }
    }

    @Test
    void isExactForText() {
        for (String text : TEXTS) {
            JsonNode value = NODES.objectNode().put("k", text);
            assertEquals(
                    value.toString().getBytes(StandardCharsets.UTF_8).length + 1,
                    JsonSize.of(value, 1_000).text(),
                    text);
        }
    }

    @Test
    void stopsWhereItIsEnoughAndBearsAnyDepth() {
        JsonNode deep = NODES.nullNode();
        for (int i = 0; i < 1_000_000; i++) {
            deep = NODES.arrayNode().add(deep);
        }
        assertTrue(JsonSize.of(deep, 10_000_000).text() >= 2_000_000);
        assertTrue(JsonSize.of(deep, 100).text() < 200);
        JsonNode large = NODES.stringNode("x".repeat(10_000_000));
        assertTrue(JsonSize.of(large, 8 << 20).text() > 8 << 20);
    }

    @Test
    void whatIsNoTextIsMeasuredToo() {
        JsonNode binary = NODES.binaryNode(new byte[1_000]);
        JsonNode decimal =
                NODES.numberNode(new BigDecimal("1".repeat(500) + "." + "2".repeat(500)));
        JsonNode small = NODES.numberNode(new BigDecimal("1e-300000"));
        JsonNode integer = NODES.numberNode(BigInteger.TEN.pow(1_000));
        for (JsonNode each : List.of(binary, decimal, small, integer)) {
            long written = each.toString().length();
            long said = JsonSize.of(each, Long.MAX_VALUE).text();
            assertTrue(Math.abs(said - written) <= 16 + written / 10, said + " for " + written);
            assertTrue(JsonSize.of(each, Long.MAX_VALUE).heap() >= said, "" + said);
        }
        JsonNode array = NODES.arrayNode().add(binary).add(binary);
        assertTrue(JsonSize.of(array, 2_000).text() > 2_000);
    }

    /** What it is as JSON, nobody knows. */
    @Test
    void aJavaObjectIsTooLargeForAnyBound() {
        JsonNode two = NODES.arrayNode().addPOJO(this).addPOJO(this);
        assertTrue(JsonSize.of(two, 1L << 40).text() > 1L << 40);
        assertTrue(JsonSize.of(two, 1L << 40).heap() > 0);
    }
}
