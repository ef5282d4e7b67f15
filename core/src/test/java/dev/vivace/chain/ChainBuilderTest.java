package dev.vivace.chain;

import static dev.vivace.chain.Tools.json;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.vivace.tool.BatchOptions;
import dev.vivace.tool.Effects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainBuilderTest {
    private static final String READ =
            "{'type':'object','required':['path'],'additionalProperties':false,'properties':{"
                    + "'path':{'type':'string'},'lines':{'type':'number'},"
                    + "'maybe':{'anyOf':[{'type':'string'},{'type':'null'}]},"
                    + "'how':{'enum':['text','bytes']},'all':{'type':'array','items':{'$ref':'#/$defs/id'}}},"
                    + "'$defs':{'id':{'type':'integer'}}}";
    private static final String FOUND =
            "{'type':'object','properties':{'total':{'type':'integer'},'next':{'type':['string','null']},"
                    + "'how':{'enum':['text','list']},'items':{'type':'array','items':{'type':'object','properties':{"
                    + "'id':{'type':'integer'},'path':{'type':'string'}}}},'ids':{'type':'array','items':{'$ref':'#/$defs/x'}}},"
                    + "'$defs':{'x':{'type':'string'}}}";

    private final Tools tools =
            new Tools()
                    .with("find", Effects.PURE, "{}", in -> in)
                    .with("read", Effects.PURE, READ, in -> in);

    private static ToolStep step(String name, String tool, String arguments) {
        return ToolStep.of(name, tool, json(arguments));
    }

    private static ToolStep find() {
        return step("find", "find", "{}").yielding(json(FOUND));
    }

    private String error(ChainBuilder chain) {
        return String.valueOf(
                assertThrows(IllegalArgumentException.class, () -> chain.build(tools::definition))
                        .getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'path':'$find.items[0].id'} | path cannot be $find.items[0].id: it may be integer where string is wanted",
                "{'path':'$find.next'} | path cannot be $find.next: it may be null where string is wanted",
                "{'path':'$find'} | path cannot be $find: it may be object where string is wanted",
                "{'path':'$find.item[0]'} | $find.item[0] leads nowhere: there is no item, but how, ids, items, next, total",
                "{'path':'$find.items.path'} | $find.items.path leads nowhere: .path is no part of a value of type array",
                "{'path':'$find.total[0]'} | $find.total[0] leads nowhere: [0] is no part of a value of type integer",
                "{'path':'a','maybe':'$find.total'} | maybe cannot be $find.total: it may be integer, which fits none of null, string",
                "{'path':'a','how':'$find.how'} | how cannot be $find.how: it may be \"list\", which is not wanted",
                "{'path':'a','all':'$find.ids'} | all cannot be $find.ids: in [], it may be string where integer is wanted",
                "{'path':'a','all':[1,'$find.next']} | all[1] cannot be $find.next: it may be string where integer is wanted",
                "{'path':'a','lines':{'n':'$find.total'}} | lines is an object where number is wanted",
                "{'lines':'$find.total'} | the arguments has no path, which is required",
                "{'path':'$inputs.where','pth':1} | the arguments has a pth, which is not wanted, but all, how, lines, maybe, path",
                "{'path':'$inputs.count'} | path cannot be $inputs.count: it may be number where string is wanted",
                "{'path':'$inputs.nope'} | $inputs.nope leads nowhere: say $inputs.NAME, where NAME is one of the inputs: count, where",
            })
    void typesThatDoNotFitAreFoundBeforeAnythingRuns(String arguments, String message) {
        assertEquals(
                "step s: " + message,
                error(
                        Chain.named("c")
                                .input("where", json("{'type':'string'}"))
                                .input("count", json("{'type':'number'}"))
                                .step(find())
                                .step(step("s", "read", arguments))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'path':'$find.items[0].path','lines':'$find.total','maybe':'$find.next'}",
                "{'path':'$anything.at.all[3]','all':['$find.total',2]}",
                "{'path':'$inputs.where','how':'text'}",
                "{'path':'$$find'}",
            })
    void whatFitsIsBuilt(String arguments) {
        assertDoesNotThrow(() ->
                Chain.named("c")
                        .input("where", json("{'type':'string'}"))
                        .step(find())
                        .step(step("anything", "find", "{}").yielding(json("{}")))
                        .step(step("s", "read", arguments))
                        .build(tools::definition));
    }

    @Test
    void literalsAreCheckedToo() {
        String message = error(Chain.named("c").step(step("s", "read", "{'path':5}")));
        assertEquals(
                "step s: the arguments does not fit: /path: integer found, string expected",
                message);
    }

    @Test
    void whatIsWrongIsSaidWithWhatWouldBeRight() {
        assertEquals(
                "step s refers to the unknown step fnd; there are find, s; if $fnd.total is a text, write $$fnd.total",
                error(
                        Chain.named("c")
                                .step(find())
                                .step(step("s", "read", "{'path':'$fnd.total'}"))));
        assertEquals(
                "step s refers to find, which does not say what it yields: declare it with yielding(schema)",
                error(
                        Chain.named("c")
                                .step(step("find", "find", "{}"))
                                .step(step("s", "read", "{'path':'$find'}"))));
        assertEquals(
                "steps need each other in a circle, where none can come first: b needs d needs b",
                error(
                        Chain.named("c")
                                .step(step("a", "find", "{}").yielding(json("{}")))
                                .step(step("b", "find", "{'x':'$a','y':'$d'}").yielding(json("{}")))
                                .step(step("d", "find", "{'x':['$b']}").yielding(json("{}")))
                                .step(step("e", "find", "{'x':'$d'}"))));
        assertEquals(
                "step s needs step find, which is optional: make both optional, or neither",
                error(
                        Chain.named("c")
                                .step(find().optionally())
                                .step(step("s", "find", "{'x':'$find'}"))));
        assertEquals(
                "step s calls the unknown tool fetch",
                error(Chain.named("c").step(step("s", "fetch", "{}"))));
        assertEquals("the chain c has no steps: add one", error(Chain.named("c")));
        assertEquals(
                "what step s yields: it is no schema that can be used",
                error(
                        Chain.named("c")
                                .step(
                                        step("s", "find", "{}")
                                                .yielding(
                                                        json(
                                                                "{'$ref':'https://example.com/x'}")))));
    }

    private static void refused(String message, Runnable change) {
        assertEquals(
                message, assertThrows(IllegalArgumentException.class, change::run).getMessage());
    }

    @Test
    void namesAreUniqueAndThereIsABound() {
        ChainBuilder chain = Chain.named("c").step(find()).input("x", json("{}"));
        refused("there are two steps find: rename one", () -> chain.step(find()));
        refused("there are two inputs x: rename one", () -> chain.input("x", json("{}")));
        refused(
                "step names must be a letter, then letters, digits, _ and -, 64 at most",
                () -> chain.step(step("1st", "find", "{}")));
        refused(
                "a step cannot be called inputs, which are those of the chain: rename it",
                () -> chain.step(step("inputs", "find", "{}")));
        refused("attempts must be from 1 to 10, not 11", () -> StepRetry.of(11));
        for (int i = 1; i < ChainBuilder.MAX_STEPS; i++) {
            chain.step(step("s" + i, "find", "{}"));
        }
        refused("a chain has 1000 steps at most", () -> chain.step(step("more", "find", "{}")));
    }

    @Test
    void inputsAreCheckedBeforeAnythingRuns() {
        Chain chain =
                Chain.named("c")
                        .input("n", json("{'type':'integer'}"))
                        .step(step("s", "find", "{'n':'$inputs.n'}"))
                        .build(tools::definition);
        for (var each :
                new String[][] {
                    {"{}", "the chain c needs the input n"},
                    {"{'n':1,'m':2}", "the chain c has no input m, but n"},
                    {
                        "{'n':'1'}",
                        "the input n of the chain c is not what it must be: string found, integer expected"
                    }
                }) {
            refused(
                    each[1],
                    () ->
                            chain.start(
                                    tools.executor(),
                                    json(each[0]),
                                    Mode.ADAPTIVE,
                                    BatchOptions.of("ann")));
        }
    }

    @Test
    void recursiveSchemasEnd() {
        String tree =
                "{'type':'object','properties':{'left':{'$ref':'#'},'right':{'$ref':'#'},"
                        + "'more':{'anyOf':[{'$ref':'#'},{'$ref':'#'}]}}}";
        tools.with(
                "tree",
                Effects.PURE,
                "{'properties':{'t':" + tree.replace("'#'", "'#/properties/t'") + "}}",
                in -> in);
        assertDoesNotThrow(() ->
                Chain.named("c")
                        .step(step("a", "find", "{}").yielding(json(tree)))
                        .step(step("b", "tree", "{'t':'$a'}"))
                        .build(name -> Optional.of(tools.definition(name).orElseThrow())));
    }
}
