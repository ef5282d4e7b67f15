package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
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
                "{'ratio':'-0.5'} | {'ratio':-0.5}",
                "{'items':'[-0.5, 1e-0]'} | {'items':[-0.5, 1e-0]}",
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
                "{'items':'[-0]'}",
                "{'items':'[1, -0.0 , 2]'}",
                "{'where':'{\\\"lat\\\":1,\\\"lat\\\":2}'}",
                "{'max':'-0'}",
                "{'ratio':'-0.0'}",
                "{'ratio':'-0e3'}",
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

    private static Preparation.Arguments prepared(String schema, String arguments) {
        return new SchemaPreparation()
                .prepare(new ToolDefinition("t", "", json(schema)), json(arguments));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // What one alternative wants is not what the one that is meant wants.
                "{'properties':{'in':{'oneOf':["
                        + "{'properties':{'kind':{'const':'A'},'id':{'type':'integer'}}},"
                        + "{'properties':{'kind':{'const':'B'},'id':{'type':'string'}}}]}}}"
                        + " | {'in':{'kind':'B','id':'42'}}",
                "{'properties':{'a':{'items':{'anyOf':[{'prefixItems':[{'type':'integer'}]},"
                        + "{'prefixItems':[{'type':'string'}]}]}}}} | {'a':[['42']]}",
                // It fits as it is, though only one alternative knows of it.
                "{'properties':{'in':{'anyOf':["
                        + "{'properties':{'id':{'type':'integer'}},'required':['n']},{}]}}}"
                        + " | {'in':{'id':'42'}}",
                "{'properties':{'a':{'type':'object'}},'required':[]} | {'b':'{}'}",
            })
    void aTextThatOneAlternativeAllowsStaysOne(String schema, String arguments) {
        assertEquals(
                new Preparation.Arguments.Fit(json(arguments), List.of()),
                prepared(schema, arguments));
    }

    /** What was put right of the names is no reason to touch the values. */
    @Test
    void namesArePutRightWhereTextsStay() {
        var fit =
                (Preparation.Arguments.Fit)
                        prepared(
                                "{'properties':{'in':{'anyOf':[{'properties':{'the_id':{'type':'integer'}},'required':['n']},{}]}}}",
                                "{'in':{'theId':'42'}}");
        assertEquals(json("{'in':{'the_id':'42'}}"), fit.arguments());
        assertEquals(1, fit.changes().size());
    }

    @Test
    void aValueThatNoAlternativeAllowsAsTextIsRead() {
        String schema =
                "{'properties':{'in':{'oneOf':["
                        + "{'properties':{'kind':{'const':'A'},'id':{'type':'integer'}}},"
                        + "{'properties':{'kind':{'const':'B'},'id':{'type':'number'}}}]}}}";
        var fit = (Preparation.Arguments.Fit) prepared(schema, "{'in':{'kind':'A','id':'42'}}");
        assertEquals(json("{'in':{'kind':'A','id':42}}"), fit.arguments());
    }

    /** Each definition refers twice to the next. */
    private static ObjectNode doubling(int definitions) {
        ObjectNode schema = json("{'$ref':'#/$defs/a0','$defs':{}}");
        ObjectNode all = (ObjectNode) schema.path("$defs");
        for (int i = 0; i < definitions; i++) {
            String next = "{'$ref':'#/$defs/a" + (i + 1) + "'}";
            all.set("a" + i, json("{'allOf':[" + next + "," + next + "]}"));
        }
        all.set("a" + definitions, json("{'type':'object'}"));
        return schema;
    }

    @Test
    void aSchemaThatDoublesWithEachDefinitionIsGivenUp() {
        assertTrue(
                new Schemas()
                        .problem(new ToolDefinition("t", "", doubling(40)), json("{}"))
                        .isPresent());
        assertEquals(
                Optional.empty(),
                new Schemas().problem(new ToolDefinition("t", "", doubling(8)), json("{}")));
    }

    @Test
    void aSchemaThatDoublesWithTheDepthOfItsValueIsGivenUp() {
        String twice = "{'properties':{'a':{'allOf':[{'$ref':'#'},{'$ref':'#'}]}}}";
        String deep = "{'a':".repeat(40) + "{}" + "}".repeat(40);
        assertTrue(problem(twice, deep).orElseThrow().contains("too long"));
        assertEquals(Optional.empty(), problem(twice, "{'a':{'a':{}}}"));
    }

    @Test
    void aRecursiveSchemaIsFollowedAsDeeplyAsItsValueGoes() {
        String tree =
                "{'type':'object','required':['v'],'properties':{'v':{'type':'integer'},"
                        + "'sub':{'type':'array','items':{'$ref':'#'}}}}";
        String deep = "{'v':1,'sub':[".repeat(30) + "{'v':2}" + "]}".repeat(30);
        assertEquals(Optional.empty(), problem(tree, deep));
        assertTrue(problem(tree, deep.replace("2", "true")).isPresent());
    }

    @Test
    void manyErrorsAndUnevaluatedPartsAreBounded() {
        String schema =
                "{'unevaluatedProperties':false,'$ref':'#/$defs/a0','$defs':"
                        + doubling(13).path("$defs").toString()
                        + "}";
        schema = schema.replace("{\"type\":\"object\"}", "{'properties':{'b':{'type':'string'}}}");
        assertTrue(problem(schema, "{'b':1}").isPresent());
    }

    /** Each alone is allowed what all have together. */
    @Test
    void thePatternsOfOneCheckHaveOneBudget() {
        ObjectNode schema = json("{'properties':{}}");
        ObjectNode properties = (ObjectNode) schema.path("properties");
        ObjectNode arguments = json("{}");
        for (int i = 0; i < 40; i++) {
            properties.putObject("a" + i).put("not", "");
            ((ObjectNode) properties.path("a" + i)).putObject("not").put("pattern", "^(a*)*\\1c$");
            arguments.put("a" + i, "a".repeat(19));
        }
        var definition = new ToolDefinition("t", "", schema);
        assertTrue(new Schemas().problem(definition, arguments).orElseThrow().contains("too long"));
        ObjectNode one = json("{}");
        one.set("a0", arguments.get("a0"));
        assertEquals(Optional.empty(), new Schemas().problem(definition, one));
    }

    @ParameterizedTest
    @CsvSource({
        "'^(a*)*\\1b$', aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "'^(.*)*\\1(.*)*\\2x$', abcabcabcabcabcabcabcabcabcabcabcabcabcabcabc",
    })
    void aPatternThatTakesTooLongSaysSo(String pattern, String text) {
        assertThrows(Steps.Used.class, () -> new BoundedRegex(pattern).matches(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(((){1000}){1000}){1000}",
                "((((a?){99}){99}){99}){99}",
                "(?x) a { 1000 }",
                "\\Qa\\E",
                "(",
            })
    void aPatternThatRepeatsNothingAgainAndAgainIsNone(String pattern) {
        assertThrows(IllegalArgumentException.class, () -> new BoundedRegex(pattern));
    }

    @ParameterizedTest
    @CsvSource({
        "'^a$', 'a', true",
        "'^a$', 'a\n', false",
        "'^[a$]$', '$', true",
        "'^\\$$', '$', true",
        "'a$|b$', 'xb', true",
        "'^[$\\]]$', ']', true",
        "'^\\d+$', '12', true",
        "'^\\d+$', '\u0661', false",
        "'^\\w$', '\u00e9', false",
        "'^\\p{L}$', '\u00e9', true",
        "'^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$', '00000000-0000-0000-0000-000000000000', true",
    })
    void patternsAreThoseOfTheStandard(String pattern, String text, boolean matches) {
        assertEquals(matches, new BoundedRegex(pattern).matches(text.translateEscapes()));
    }

    @Test
    void nothingIsFetched(@TempDir Path dir) throws Exception {
        var asked = new AtomicInteger();
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    asked.incrementAndGet();
                    exchange.sendResponseHeaders(200, 2);
                    exchange.getResponseBody().write("{}".getBytes(StandardCharsets.UTF_8));
                    exchange.close();
                });
        server.start();
        try {
            Path sound = Files.writeString(dir.resolve("sound.json"), "{}");
            String there = "http://127.0.0.1:" + server.getAddress().getPort() + "/sound.json";
            for (String from :
                    List.of(
                            there,
                            sound.toUri().toString(),
                            "classpath:draft/2020-12/schema",
                            "resource:draft/2020-12/schema")) {
                for (String word : List.of("$ref", "$dynamicRef", "$schema")) {
                    ObjectNode schema = json("{}").put(word, from);
                    assertTrue(
                            new Schemas()
                                    .problem(new ToolDefinition("t", "", schema), json("{}"))
                                    .isPresent(),
                            word + " " + from);
                }
            }
            assertEquals(0, asked.get());
        } finally {
            server.stop(0);
        }
    }

    @Test
    void theStandardItselfMayBeReferredTo() {
        assertEquals(
                Optional.empty(),
                problem(
                        "{'$schema':'https://json-schema.org/draft/2020-12/schema','properties':"
                                + "{'s':{'$ref':'https://json-schema.org/draft/2020-12/schema'}}}",
                        "{'s':{'type':'object'}}"));
    }
}
