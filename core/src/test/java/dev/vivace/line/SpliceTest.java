package dev.vivace.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.vivace.answer.Protocol;
import dev.vivace.request.RequestScanner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class SpliceTest {
    private static final JsonMapper JACKSON = JsonMapper.builder().build();

    /** In the documents a quote is an apostrophe. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'cache':{},'model':'m','messages':[]}|{'model':'NEW','messages':[]}",
                "{'model':'m','cache':{},'messages':[]}|{'model':'NEW','messages':[]}",
                "{'model':'m','messages':[],'cache':{}}|{'model':'NEW','messages':[]}",
                "{'messages':[],'cache':{},'model':'m'}|{'messages':[],'model':'NEW'}",
                "{'messages':[],'model':'m','cache':{}}|{'messages':[],'model':'NEW'}",
                "{'cache':{},'messages':[],'model':'m'}|{'messages':[],'model':'NEW'}",
                "{ 'cache' : { 'ttl' : 5 } , 'model' : 'm' , 'messages' : [ ] }|{  'model' : 'NEW' , 'messages' : [ ] }",
                "{ 'model' : 'm' , 'cache' : { 'ttl' : 5 } , 'messages' : [ ] }|{ 'model' : 'NEW'  , 'messages' : [ ] }",
                "{ 'model' : 'm' , 'messages' : [ ] , 'cache' : { } }|{ 'model' : 'NEW' , 'messages' : [ ]  }",
                "{'model':'m','messages':[{'cache':{},'model':'m'}]}|{'model':'NEW','messages':[{'cache':{},'model':'m'}]}",
                "{'model':'m','messages':[],'cache':true}|{'model':'NEW','messages':[],'cache':true}",
            })
    void cutsOurMemberAndRenamesTheModelAndNothingElse(String document, String expected) {
        assertEquals(expected.replace('\'', '"'), spliced(document.replace('\'', '"'), "NEW"));
    }

    @Test
    void whatNeedsNoChangeIsTheSameArray() {
        byte[] body = "{ \"model\":\"\\u006d\", \"messages\":[] }".getBytes(UTF_8);
        var scan = new RequestScanner().scan(body, Protocol.CHAT);
        assertSame(body, Splice.apply(body, Splice.forUpstream(scan, "m")));
    }

    @Test
    void theNewNameIsQuoted() {
        assertEquals(
                "{\"model\":\"a\\\"\\\\\\n\\u0001é\",\"messages\":[]}",
                spliced("{\"model\":\"m\",\"messages\":[]}", "a\"\\\n\u0001é"));
    }

    /** Members in any order with any white space: Jackson reads what it should, in its order. */
    @Test
    void whateverStandsWhereTheRestIsUntouched() {
        for (int seed = 0; seed < 3_000; seed++) {
            var random = new Random(seed);
            List<String> members = new ArrayList<>();
            members.add("\"model\"~:~\"m" + "x".repeat(random.nextInt(9)) + "\"");
            members.add("\"messages\"~:~[{\"cache\":{},~\"content\":\",,{}\\\"\"}]");
            members.add("\"cache\"~:~{~\"no-store\"~:true,~\"x\":[\",\",{}]}");
            for (int i = random.nextInt(4); i > 0; i--) {
                members.add("\"f" + i + "\":~" + (random.nextBoolean() ? "[1,~2]" : "\"é,\\\"\""));
            }
            Collections.shuffle(members, random);
            String body = spaced("~{~" + String.join("~,~", members) + "~}~", random);
            boolean rename = random.nextBoolean();
            byte[] bytes = body.getBytes(UTF_8);
            var scan = new RequestScanner().scan(bytes, Protocol.CHAT);
            String result =
                    new String(
                            Splice.apply(
                                    bytes, Splice.forUpstream(scan, rename ? "N" : scan.model())),
                            UTF_8);

            var expected = (ObjectNode) JACKSON.readTree(body);
            expected.remove("cache");
            if (rename) {
                expected.put("model", "N");
            }
            assertEquals(expected.toString(), JACKSON.readTree(result).toString(), "seed " + seed);
            // Byte for byte: what is left, space apart, is what was there.
            var cache = scan.cacheMember().orElseThrow();
            String cut = new String(bytes, cache.start(), cache.end() - cache.start(), UTF_8);
            assertEquals(
                    1,
                    cut.strip().replaceAll("(?s)\\{.*}", "").chars().filter(c -> c == ',').count());
            String renamed = rename ? body.replace('"' + scan.model() + '"', "\"N\"") : body;
            assertEquals(renamed.replace(cut, ""), result, "seed " + seed);
        }
    }

    private static String spaced(String template, Random random) {
        var out = new StringBuilder();
        for (char c : template.toCharArray()) {
            out.append(c == '~' ? dev.vivace.json.RandomJson.space(random) : String.valueOf(c));
        }
        return out.toString();
    }

    private static String spliced(String document, String model) {
        byte[] body = document.getBytes(UTF_8);
        return new String(
                Splice.apply(
                        body,
                        Splice.forUpstream(new RequestScanner().scan(body, Protocol.CHAT), model)),
                UTF_8);
    }
}
