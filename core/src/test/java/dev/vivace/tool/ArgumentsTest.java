package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

@Timeout(60)
class ArgumentsTest {
    private static final JsonMapper EXACT =
            JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

    private static final String SCHEMA =
            """
            {"type":"object","required":["path"],"additionalProperties":false,"properties":{
              "path":{"type":"string"},"file_path":{"type":"string"},"max":{"type":"integer","minimum":0},
              "ratio":{"type":"number"},"deep":{"type":"boolean"},
              "either":{"anyOf":[{"type":"string"},{"type":"integer"}]},
              "maybe":{"type":["integer","null"]},
              "items":{"type":"array","items":{"type":"integer"}},
              "where":{"$ref":"#/$defs/place"},
              "any":{},
              "level":{"enum":["1","2",3]}},
             "$defs":{"place":{"type":"object","properties":{"lat":{"type":"number"},"name":{"type":"string"}}}}}
            """;

    private static ObjectNode json(String text) {
        return (ObjectNode) EXACT.readTree(text.replace('\'', '"'));
    }

    private static ArgumentNormalizer.Normalized normalized(String arguments) {
        return ArgumentNormalizer.normalize(
                json(arguments), json(SCHEMA), Map.of("file", "file_path", "q", "nothing"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'max':'5'} | {'max':5}",
                "{'max':' -12 '} | {'max':-12}",
                "{'max':'123456789012345678901'} | {'max':123456789012345678901}",
                "{'ratio':'1.10'} | {'ratio':1.10}",
                "{'ratio':'1e3'} | {'ratio':1e3}",
                "{'deep':'true'} | {'deep':true}",
                "{'deep':'False'} | {'deep':false}",
                "{'maybe':'7'} | {'maybe':7}",
                "{'items':'[1, \\\"2\\\"]'} | {'items':[1,2]}",
                "{'items':['1','x']} | {'items':[1,'x']}",
                "{'where':{'lat':'1','name':'2'}} | {'where':{'lat':1,'name':'2'}}",
                "{' path ':'a'} | {'path':'a'}",
                "{'filePath':'a'} | {'file_path':'a'}",
                "{'FILE-PATH':'a'} | {'file_path':'a'}",
                "{'file':'a'} | {'file_path':'a'}",
            })
    void whatTheSchemaSaysIsPutRightAndTold(String given, String meant) {
        var normalized = normalized(given);
        assertEquals(json(meant).toString(), normalized.arguments().toString());
        assertFalse(normalized.changes().isEmpty());
        var twice = ArgumentNormalizer.normalize(normalized.arguments(), json(SCHEMA), Map.of());
        assertEquals(normalized.arguments(), twice.arguments());
        assertEquals(List.of(), twice.changes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'path':'007'}",
                "{'path':'1.10'}",
                "{'path':'None'}",
                "{'path':' a '}",
                "{'path':'{}'}",
                "{'either':'5'}",
                "{'any':'5'}",
                "{'level':'1'}",
                "{'max':'007'}",
                "{'max':'5 apples'}",
                "{'max':'1.0'}",
                "{'ratio':'NaN'}",
                "{'ratio':'.5'}",
                "{'deep':'yes'}",
                "{'maybe':'null'}",
                "{'items':'[1'}",
                "{'items':'[1] [2]'}",
                "{'path':'a','Path':'b'}",
                "{'q':'a'}",
                "{'other':'a'}",
            })
    void whatMayBeMeantStaysAsItIs(String given) {
        var normalized = normalized(given);
        assertEquals(json(given).toString(), normalized.arguments().toString());
        assertEquals(List.of(), normalized.changes());
    }

    @Test
    void aTextStaysTheSameWhateverIsInIt() {
        var random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            var text = new StringBuilder();
            for (int length = random.nextInt(12); length > 0; length--) {
                String some = "0123456789.-+eE{}[]\":,truefalsn \\u0000\t\né";
                text.append(some.charAt(random.nextInt(some.length())));
            }
            ObjectNode given = json("{}").put("path", text.toString());
            assertEquals(
                    given, ArgumentNormalizer.normalize(given, json(SCHEMA), Map.of()).arguments());
        }
    }

    private static Optional<String> problem(String schema, String arguments) {
        return new Schemas().problem(new ToolDefinition("t", "", json(schema)), json(arguments));
    }

    @Test
    void whatDoesNotFitIsSaidSoThatAModelCanPutItRight() {
        assertEquals(Optional.empty(), problem(SCHEMA, "{'path':'a','max':5}"));
        String why = problem(SCHEMA, "{'max':-1,'colour':'red'}").orElseThrow();
        assertTrue(why.startsWith("The arguments of t do not fit its schema: "), why);
        for (String part : List.of("path", "colour", "max")) {
            assertTrue(why.contains(part), part + " in " + why);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'object','properties':7}",
                "{'type':7}",
                "{'$ref':'#/nowhere'}",
                "{'$ref':'http://127.0.0.1:9/secret.json'}",
                "{'$ref':'file:///etc/passwd'}",
                "{'properties':{'a':{'pattern':'('}}}",
            })
    void aSchemaThatIsNoneStopsItsOwnToolOnly(String schema) {
        Optional<String> why = problem(schema, "{'a':'x'}");
        why.ifPresent(text -> assertFalse(text.contains("Exception"), text));
        assertTrue(why.isPresent() || !schema.contains("$ref"), "nothing is fetched");
        var both = new Schemas();
        var unused = both.problem(new ToolDefinition("bad", "", json(schema)), json("{'a':'x'}"));
        assertEquals(
                Optional.empty(),
                both.problem(new ToolDefinition("good", "", json(SCHEMA)), json("{'path':'a'}")));
    }

    @Test
    void anEvilPatternTakesNoUniverse() {
        String schema = "{'properties':{'a':{'type':'string','pattern':'^(a+)+$'}}}";
        assertTrue(problem(schema, "{'a':'" + "a".repeat(60) + "b'}").isPresent());
        assertEquals(Optional.empty(), problem(schema, "{'a':'aaa'}"));
    }
}
