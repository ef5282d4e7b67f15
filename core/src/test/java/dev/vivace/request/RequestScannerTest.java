package dev.vivace.request;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.Protocol;
import dev.vivace.json.JsonException;
import dev.vivace.json.RandomJson;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestScannerTest {
    private final RequestScanner scanner = new RequestScanner();

    /** In the documents a quote is an apostrophe; {@code ^} marks the place, and is taken out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|the body is empty, expected a JSON object",
                "^[]|expected an object",
                "^'model'|expected an object",
                "{'model':'m'}^|'messages' is missing",
                "{'messages':[]}^|'model' is missing",
                "{}^|'model' is missing",
                "{'model':^1,'messages':[]}|'model' must be a string",
                "{'model':^null,'messages':[]}|'model' must be a string",
                "{'model':''^,'messages':[]}|'model' must not be empty",
                "{'model':'m','messages':^'hi'}|'messages' must be an array",
                "{'model':'m','messages':^{}}|'messages' must be an array",
                "{'model':'m','messages':^null}|'messages' must be an array",
                "{'model':'m','messages':[],'stream':^'true'}|'stream' must be true or false",
                "{'model':'m','messages':[],'stream':^1}|'stream' must be true or false",
                "{'model':'m','messages':[],'temperature':^'0'}|'temperature' must be a number",
                "{'model':'m','messages':[],'temperature':^NaN}|'temperature' must be a number",
                "{'model':'m','messages':[],'top_p':^NaN}|expected a value",
                "{'model':'m','messages':[],'top_p':-^Infinity}|malformed number",
                "{'model':'m','messages':[],'user':^NaN}|expected a value",
                "{'model':'m','messages':[],'stream_options':{'include_usage':^1}}|'stream_options.include_usage' must be true or false",
                "{'model':'m','messages':[],'cache':{'ttl':^'5'}}|'cache.ttl' must be a number of seconds, 0 or more",
                "{'model':'m','messages':[],'cache':{'ttl':^-0.5}}|'cache.ttl' must be a number of seconds, 0 or more",
                "{'model':'m','messages':[],'cache':{'s-maxage':^[]}}|'cache.s-maxage' must be a number of seconds, 0 or more",
                "{'model':'m','messages':[],'cache':{'no-cache':^'yes'}}|'cache.no-cache' must be true or false",
                "{'model':'m','messages':[],'cache':{'no-store':^0}}|'cache.no-store' must be true or false",
                "{'model':'m','messages':[],'cache':{'namespace':^7}}|'cache.namespace' must be a string",
                "{'model':'m','messages':[]^|the document ends inside an object",
                "{'model':'m','messages':[{'role':'us^|the document ends inside a string",
                "{'model':'m','messages':[],^}|expected a member name in quotes",
                "{'model':'m','messages':[]} ^{}|expected the end of the document",
                // Names that stand twice, at the second one, at any level, of whatever use.
                "{'model':'a','messages':[],^'model':'b'}|duplicate member name 'model'",
                "{'model':'m','messages':[],^'messages':[]}|duplicate member name 'messages'",
                "{'model':'m','messages':[],'temperature':0,^'temperature':1}|duplicate member name 'temperature'",
                "{'model':'m','messages':[],'seed':0,^'seed':1}|duplicate member name 'seed'",
                "{'model':'m','messages':[],'stream':true,^'stream':false}|duplicate member name 'stream'",
                "{'stream_options':{},'model':'m','messages':[],^'stream_options':{}}|duplicate member name 'stream_options'",
                "{'model':'m','messages':[],'user':'a',^'user':'b'}|duplicate member name 'user'",
                "{'model':'m','messages':[],'metadata':{},^'metadata':{}}|duplicate member name 'metadata'",
                "{'model':'m','messages':[],'cache':{},^'cache':{}}|duplicate member name 'cache'",
                "{'cache':{},'model':'m','messages':[],^'cache':true}|duplicate member name 'cache'",
                "{'model':'m','messages':[],'cache':{'ttl':1,^'ttl':2}}|duplicate member name 'ttl'",
                "{'model':'m','messages':[],'metadata':{'a':1,^'a':1}}|duplicate member name 'a'",
                "{'model':'m','messages':[],'user':[{'b':{'a':1,^'a':1}}]}|duplicate member name 'a'",
                "{'model':'m','messages':[],'stream_options':{'include_usage':true,^'include_usage':false}}|duplicate member name 'include_usage'",
                "{'model':'m','messages':[{'role':'user','content':'x',^'role':'system'}]}|duplicate member name 'role'",
                "{'model':'m','x':1,'messages':[],^'\\u0078':2}|duplicate member name '\\u0078'",
                // A known name behind an escape: one reader would know it and another not.
                "{^'m\\u006fdel':'m','messages':[]}|the member name 'model' must be written without escapes",
                "{'model':'m','messages':[],^'\\u0073tream':true}|the member name 'stream' must be written without escapes",
                "{'model':'m','messages':[],^'cach\\u0065':{}}|the member name 'cache' must be written without escapes",
                "{'model':'m','messages':[],^'t\\u006fols':[]}|the member name 'tools' must be written without escapes",
                "{'model':'m','messages':[],^'st\\u006fre':true}|the member name 'store' must be written without escapes",
                "{'model':'m','messages':[],^'us\\u0065r':'a'}|the member name 'user' must be written without escapes",
                "{'model':'m','messages':[],^'max\\u005ftokens':1}|the member name 'max_tokens' must be written without escapes",
                // Another's case: Go's reader takes it for the same name, and the last one wins.
                "{'model':'cheap',^'Model':'dear','messages':[]}|the member name 'Model' must be written 'model'",
                "{^'MODEL':'dear','model':'cheap','messages':[]}|the member name 'MODEL' must be written 'model'",
                "{'model':'cheap','messages':[],^'m\\u004fdel':'dear'}|the member name 'mOdel' must be written 'model'",
                "{'model':'cheap',^'model\\u017f':['dear'],'messages':[]}|the member name 'model\u017f' must be written 'models'",
                "{'model':'m','messages':[],^'Models':['dear']}|the member name 'Models' must be written 'models'",
                "{'model':'m','messages':[],^'Fallbacks':['dear']}|the member name 'Fallbacks' must be written 'fallbacks'",
                "{'model':'m','messages':[],^'max_to\u212aens':9}|the member name 'max_to\u212aens' must be written 'max_tokens'",
                "{'model':'m','messages':[],^'Max_Tokens':9}|the member name 'Max_Tokens' must be written 'max_tokens'",
                "{'model':'m','messages':[],^'N':9}|the member name 'N' must be written 'n'",
                "{'model':'m','messages':[],^'Stream':true}|the member name 'Stream' must be written 'stream'",
            })
    void badInputIsRefusedWithWhatAndWhere(String marked, String what) {
        String quoted = marked.replace('\'', '"');
        int at = Math.max(0, quoted.indexOf('^'));
        String message = refused(quoted.replace("^", ""), Protocol.CHAT);
        assertEquals(what + " at line 1, column " + (at + 1) + " (offset " + at + ")", message);
    }

    @Test
    void anEmbeddingCallsInputMustBeWrittenWithoutEscapesToo() {
        String body = "{\"model\":\"e\",\"input\":\"a\",\"\\u0069nput\":\"b\"}";
        String message =
                assertThrows(
                                JsonException.class,
                                () -> new RequestScanner().scanEmbedding(body.getBytes(UTF_8)))
                        .getMessage();
        assertEquals(
                "the member name 'input' must be written without escapes at line 1, column 26 (offset 25)",
                message);
    }

    @Test
    void anEmbeddingCallsInputsAreBounded() {
        var scanner = new RequestScanner();
        String most = "\"a\"" + ",\"a\"".repeat(EmbeddingInputs.MAX_INPUTS - 1);
        String body = "{\"model\":\"e\",\"input\":[%s]}";
        assertEquals(
                16_384,
                scanner.scanEmbedding(body.formatted(most).getBytes(UTF_8)).inputs().size());
        byte[] tooMany = body.formatted(most + ", [1]").getBytes(UTF_8);
        String message =
                String.valueOf(
                        assertThrows(JsonException.class, () -> scanner.scanEmbedding(tooMany))
                                .getMessage());
        int at = tooMany.length - "[1]]}".length();
        assertTrue(
                message.startsWith("'input' must not have more than 16384 inputs")
                        && message.endsWith("(offset " + at + ")"),
                message);
        byte[] tokens = body.formatted("1" + ",1".repeat(20_000)).getBytes(UTF_8);
        assertEquals(1, scanner.scanEmbedding(tokens).inputs().size());
    }

    @Test
    void controlCharactersBadUtf8AndDeepNestingAreRefused() {
        String body = "{\"model\":\"m\",\"messages\":[],\"x\":%s}";
        assertEquals(
                "unescaped control character in a string at line 1, column 34 (offset 33)",
                refused(body.formatted("\"a\u0000b\""), Protocol.CHAT));
        byte[] bytes = body.formatted("\"a?b\"").getBytes(UTF_8);
        bytes[body.indexOf("%s") + 2] = (byte) 0xff;
        var bad = assertThrows(JsonException.class, () -> scanner.scan(bytes, Protocol.CHAT));
        assertEquals(
                "malformed UTF-8 in a string at line 1, column 34 (offset 33)", bad.getMessage());
        for (String field : new String[] {"x", "user", "metadata", "stream_options", "cache"}) {
            String deep = body.replace("\"x\"", '"' + field + '"');
            String nested = "{\"a\":".repeat(200) + "1" + "}".repeat(200);
            String message = refused(deep.formatted(nested), Protocol.CHAT);
            int at = deep.indexOf("%s") + 5 * 199; // the body is a level itself
            assertEquals(
                    "nested deeper than 200 levels at line 1, column %d (offset %d)"
                            .formatted(at + 1, at),
                    message);
        }
    }

    private byte[] digest(byte[] body) {
        return scanner.digest(scanner.scan(body, Protocol.CHAT), body, Protocol.CHAT);
    }

    /** What nobody wants digested is checked all the same, and found the same things in. */
    @Test
    void withoutADigestItIsAsStrict() {
        byte[] good = "{\"model\":\"m\",\"messages\":[]}".getBytes(UTF_8);
        int refused = 0;
        for (int seed = 0; seed < 4_000; seed++) {
            var random = new Random(seed);
            Protocol protocol = Bodies.protocol(seed);
            byte[] body = Notation.write(new Bodies(seed).body(protocol), seed);
            for (int i = random.nextInt(3); i > 0 && body.length > 1; i--) {
                body = RandomJson.damaged(body, random);
            }
            scanner.scan(good, Protocol.CHAT); // and nobody wants its digest
            String checked = found(body, protocol);
            digest(good);
            assertEquals(found(body, protocol), checked, "seed " + seed);
            refused += checked.startsWith("refused") ? 1 : 0;
        }
        assertTrue(refused > 200 && refused < 3_800, "refused: " + refused);
        String longName = "x".repeat(200);
        String two = "{\"model\":\"m\",\"messages\":[],\"%s1\":1,\"%s2\":1}";
        byte[] different = two.formatted(longName, longName).getBytes(UTF_8);
        scanner.scan(different, Protocol.CHAT);
        scanner.scan(different, Protocol.CHAT);
    }

    private String found(byte[] body, Protocol protocol) {
        try {
            RequestScan scan = scanner.scan(body, protocol);
            return List.of(
                            scan.model(),
                            scan.modelStart(),
                            scan.modelEnd(),
                            scan.stream(),
                            scan.wantsUsage(),
                            scan.deterministic(),
                            scan.cacheable(),
                            scan.cacheMember())
                    .toString();
        } catch (JsonException e) {
            return "refused: " + e.getMessage();
        }
    }

    /** Whatever the bytes: a scan, or an error that says where, and the scanner works on. */
    @Test
    void noBodyBreaksTheScanner() {
        byte[] good = "{\"model\":\"m\",\"messages\":[]}".getBytes(UTF_8);
        byte[] digest = digest(good);
        int sound = 0;
        for (int seed = 0; seed < 4_000; seed++) {
            var random = new Random(seed);
            Protocol protocol = Bodies.protocol(seed);
            byte[] body = Notation.write(new Bodies(seed).body(protocol), seed);
            for (int i = random.nextInt(3); i >= 0 && body.length > 1; i--) {
                body = RandomJson.damaged(body, random);
            }
            try {
                scanner.scan(body, protocol);
                sound++;
            } catch (JsonException e) {
                assertTrue(e.offset() <= body.length, "seed " + seed);
                assertTrue(String.valueOf(e.getMessage()).contains(" at line "), "seed " + seed);
            }
            if (seed % 100 == 0) {
                assertArrayEquals(digest, digest(good));
            }
        }
        assertTrue(sound > 200 && sound < 3_800, "sound: " + sound);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'temperature':0|true",
                "'temperature':0.0|true",
                "'temperature':-0e5|true",
                "'temperature':0e-9|true",
                "'temperature':1e-9|false",
                "'temperature':0.0001|false",
                "'temperature':1|false",
                "'temperature':null|false",
                "'top_p':0|false",
                "'seed':0|true",
                "'seed':-7|true",
                "'seed':null|false",
                "'seed':false|false",
                "'seed':'7'|false",
                "'x':{'temperature':0,'seed':1}|false",
            })
    void deterministicIsTemperatureZeroOrASeed(String field, boolean deterministic) {
        assertEquals(deterministic, scan(field, Protocol.CHAT).deterministic());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'background':true|false",
                "'background':false|true",
                "'background':null|true",
                "'conversation':'conv_1'|false",
                "'conversation':{'id':'conv_1'}|false",
                "'conversation':null|true",
                "'previous_response_id':'resp_1'|false",
                "'previous_response_id':null|true",
            })
    void whatIsContinuedOrLeftBehindAtTheProviderIsNotCacheable(String field, boolean cacheable) {
        assertEquals(cacheable, scan(field, Protocol.RESPONSES).cacheable());
        assertTrue(scan(field, Protocol.CHAT).cacheable());
    }

    /** Whoever asks the provider to keep the call wants it there each time. */
    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "null, true"})
    void whatTheProviderIsAskedToKeepIsNotCacheable(String store, boolean cacheable) {
        for (Protocol protocol : new Protocol[] {Protocol.CHAT, Protocol.RESPONSES}) {
            assertEquals(cacheable, scan("'store':" + store, protocol).cacheable());
        }
    }

    @Test
    void whatRunsInAContainerThatTheProviderKeepsIsNotCacheable() {
        assertFalse(scan("'container':'c'", Protocol.MESSAGES).cacheable());
        assertTrue(scan("'container':null", Protocol.MESSAGES).cacheable());
    }

    /** Tools that the client runs change nothing; any other, known or not, is the provider's. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT|'tools':[]|true",
                "CHAT|'tools':null|true",
                "CHAT|'tools':[{'type':'function','function':{'name':'f','parameters':{'type':'object'}}}]|true",
                "CHAT|'tools':[{'custom':{'name':'f'},'type':'custom'}]|true",
                "CHAT|'tools':[{'type':'function'},{'type':'web_search'}]|false",
                "CHAT|'tools':[{'type':'web_search'},{'type':'function'}]|false",
                "CHAT|'tools':[{'t\\u0079pe':'function'}]|true",
                "CHAT|'tools':[{'type':'func\\u0074ion'}]|false",
                "CHAT|'tools':[{'google_search':{}}]|false",
                "CHAT|'tools':[{'type':null}]|false",
                "CHAT|'tools':[7]|false",
                "CHAT|'tools':[{'type':'bash_20250124'}]|false",
                "CHAT|'x':{'tools':[{'type':'web_search'}]}|true",
                "CHAT|'functions':[{'name':'f'}]|true",
                "CHAT|'web_search_options':{}|false",
                "CHAT|'web_search_options':null|true",
                "CHAT|'search_parameters':{'mode':'auto'}|false",
                "CHAT|'plugins':[{'id':'web'}]|false",
                "RESPONSES|'tools':[{'type':'function','name':'f'},{'type':'custom','name':'g'}]|true",
                "RESPONSES|'tools':[{'type':'web_search_preview'}]|false",
                "RESPONSES|'tools':[{'type':'file_search','vector_store_ids':['v']}]|false",
                "RESPONSES|'tools':[{'type':'mcp','server_url':'u'}]|false",
                "RESPONSES|'tools':[{'type':'computer_use_preview'}]|false",
                "RESPONSES|'tools':[{'type':'image_generation'}]|false",
                "RESPONSES|'tools':[{'type':'not_known_yet'}]|false",
                "RESPONSES|'prompt':{'id':'p'}|false",
                "RESPONSES|'prompt':null|true",
                "CHAT|'prompt':'p'|true",
                "MESSAGES|'tools':[{'name':'f','input_schema':{'type':'web_search'}}]|true",
                "MESSAGES|'tools':[{'name':'f','type':null}]|true",
                "MESSAGES|'tools':[{'name':'f','type':'custom'}]|true",
                "MESSAGES|'tools':[{'type':'bash_20250124'},{'type':'text_editor_20250728'},{'type':'computer_20250124'},{'type':'memory_20250818'}]|true",
                "MESSAGES|'tools':[{'type':'web_search_20250305','name':'web_search'}]|false",
                "MESSAGES|'tools':[{'name':'web_search','t\\u0079pe':'web_search_20250305'}]|false",
                "MESSAGES|'tools':[{'type':'web_fetch_20250910'}]|false",
                "MESSAGES|'tools':[{'type':'code_execution_20250522'}]|false",
                "MESSAGES|'tools':[{'type':'mcp_toolset'}]|false",
                "MESSAGES|'tools':[{'type':'bash'}]|false",
                "MESSAGES|'mcp_servers':[{'type':'url'}]|false",
            })
    void whatTheProviderLooksUpOrRunsIsNotDeterministic(
            Protocol protocol, String field, boolean deterministic) {
        RequestScan scan = scan("'temperature':0," + field, protocol);
        assertEquals(deterministic, scan.deterministic());
        assertTrue(scan.cacheable());
        assertFalse(scan(field, protocol).deterministic());
        assertTrue(scan("'seed':1", protocol).deterministic(), "nothing is left of it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"'tools':[{'type':'function',^'type':'mcp'}]", "'tools':[],^'tools':[]"})
    void toolsAreCheckedLikeEverythingElse(String marked) {
        String body = ("{'model':'m','messages':[]," + marked + "}").replace('\'', '"');
        int at = body.indexOf('^');
        assertTrue(refused(body.replace("^", ""), Protocol.CHAT).endsWith("(offset " + at + ")"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT|'max_tokens':10|10",
                "CHAT|'max_completion_tokens':20|20",
                "CHAT|'max_tokens':10,'max_completion_tokens':20|20",
                "CHAT|'max_tokens':20,'max_completion_tokens':10|20",
                "CHAT|'max_completion_tokens':null,'max_tokens':10|10",
                "CHAT|'max_output_tokens':10|-1",
                "MESSAGES|'max_tokens':10|10",
                "MESSAGES|'max_completion_tokens':20,'max_output_tokens':30,'max_tokens':10|10",
                "RESPONSES|'max_output_tokens':10|10",
                "RESPONSES|'max_output_tokens':10,'max_tokens':20|10",
                "CHAT|'max_tokens':4096.0|4096",
                "CHAT|'max_tokens':4.096e3|4096",
                "CHAT|'max_tokens':40960E-1|4096",
                "CHAT|'max_tokens':1e999|1000000000000",
                "CHAT|'max_tokens':4096.5|-1",
                "CHAT|'max_tokens':-1|-1",
                "CHAT|'max_tokens':'4096'|-1",
                "CHAT|'max_tokens':null|-1",
                "CHAT|'max_tokens':4096.00000000000000000000000000000|-1",
                "CHAT|'max_tokens':1234567890123|1000000000000",
                "CHAT|'max_tokens':0|0",
                "CHAT|'max_tokens_too':10|-1",
                "CHAT|'x':{'max_tokens':10}|-1",
            })
    void theBoundOfAnAnswerIsTheDoors(Protocol protocol, String field, long tokens) {
        assertEquals(tokens, scan(field, protocol).maxOutput().orElse(-1));
        assertEquals(-1, scan("'x':1", protocol).maxOutput().orElse(-1), "nothing is left of it");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "CHAT|'n':3|3",
                "CHAT|'n':3.0|3",
                "CHAT|'n':0|1",
                "CHAT|'n':-3|1",
                "CHAT|'n':null|1",
                "CHAT|'n':'3'|1",
                "CHAT|'n':1e300|1000000",
                "MESSAGES|'n':3|1",
                "RESPONSES|'n':3|1",
            })
    void anAnswerMayHaveSeveralChoices(Protocol protocol, String field, long choices) {
        assertEquals(choices, scan(field, protocol).choices());
        assertEquals(1, scan("'x':1", protocol).choices(), "nothing is left of it");
    }

    @Test
    void furtherModelsAreSeen() {
        for (String field :
                List.of(
                        "'models':['a']",
                        "'fallbacks':[{'m':['a']}]",
                        "'context_window_fallbacks':[{'m':['a']}]",
                        "'content_policy_fallbacks':[{'m':['a']}]",
                        "'models':7")) {
            assertTrue(scan(field).otherModels(), field);
        }
        for (String field : List.of("'models':null", "'x':{'models':['a']}", "'route':'x'")) {
            assertFalse(scan(field).otherModels(), field);
        }
    }

    @Test
    void streamingIsFound() {
        RequestScan scan = scan("'stream':true,'stream_options':{'a':[],'include_usage':true}");
        assertTrue(scan.stream() && scan.wantsUsage());
        scan = scan("'stream_options':{'include\\u005fusage':true}");
        assertTrue(!scan.stream() && scan.wantsUsage());
        scan = scan("'stream':null,'stream_options':null");
        assertFalse(scan.stream() || scan.wantsUsage());
    }

    @Test
    void theModelsPlaceIsItsValue() {
        String body = "{ \"messages\" : [] , \"model\"\t:\n \"gpt\\u002d4\" }";
        RequestScan scan = scanner.scan(body.getBytes(UTF_8), Protocol.CHAT);
        assertEquals("gpt-4", scan.model());
        assertEquals("\"gpt\\u002d4\"", body.substring(scan.modelStart(), scan.modelEnd()));
    }

    @Test
    void theCacheFieldIsUnderstood() {
        var all =
                scan("'cache':{'no-cache':true,'no-store':true,'ttl':60.9,'s-maxage':5,'namespace':'n','x':[1]}")
                        .cacheMember()
                        .orElseThrow();
        assertTrue(all.noCache() && all.noStore());
        assertEquals(Optional.of(60L), all.ttlSeconds());
        assertEquals(Optional.of(5L), all.maxAgeSeconds());
        assertEquals(Optional.of("n"), all.namespace());

        var nulls =
                scan("'cache':{'no-cache':null,'ttl':null,'s-max-age':null,'namespace':null}")
                        .cacheMember()
                        .orElseThrow();
        assertFalse(nulls.noCache() || nulls.noStore());
        assertEquals(Optional.empty(), nulls.ttlSeconds());
        assertEquals(Optional.empty(), nulls.maxAgeSeconds());
        assertEquals(Optional.empty(), nulls.namespace());

        var huge = scan("'cache':{'ttl':1e300}").cacheMember().orElseThrow();
        assertEquals(Optional.of(1_000_000_000_000L), huge.ttlSeconds());
        assertTrue(scan("'cache':'mine'").cacheMember().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"'input':'hi'", "'input':[]", "'prompt':{'id':'p'}"})
    void responsesNeedNoMessages(String field) {
        String body = ("{'model':'m'," + field + "}").replace('\'', '"');
        assertEquals("m", scanner.scan(body.getBytes(UTF_8), Protocol.RESPONSES).model());
        assertEquals(
                "'messages' is missing at line 1, column %d (offset %d)"
                        .formatted(body.length() + 1, body.length()),
                refused(body, Protocol.MESSAGES));
    }

    private RequestScan scan(String field) {
        return scan(field, Protocol.CHAT);
    }

    private RequestScan scan(String field, Protocol protocol) {
        String body = ("{'model':'m','messages':[]," + field + "}").replace('\'', '"');
        return scanner.scan(body.getBytes(UTF_8), protocol);
    }

    private String refused(String body, Protocol protocol) {
        return String.valueOf(
                assertThrows(
                                JsonException.class,
                                () -> scanner.scan(body.getBytes(UTF_8), protocol))
                        .getMessage());
    }

    @Test
    void boundsOnTheAnswerArePartOfWhatIsAsked() {
        var scanner = new RequestScanner();
        var digests = new java.util.HashSet<String>();
        for (String member : new String[] {"1", "2", "null", "1.5"}) {
            byte[] body =
                    ("{\"model\":\"m\",\"messages\":[],\"max_tokens\":" + member + "}")
                            .getBytes(UTF_8);
            byte[] digest = scanner.digest(scanner.scan(body, Protocol.CHAT), body, Protocol.CHAT);
            assertTrue(digests.add(java.util.HexFormat.of().formatHex(digest)), member);
        }
        byte[] twice =
                "{\"model\":\"m\",\"messages\":[],\"max_tokens\":1,\"max_tokens\":2}"
                        .getBytes(UTF_8);
        assertThrows(JsonException.class, () -> scanner.scan(twice, Protocol.CHAT));
    }

    @Test
    void messagesAreCounted() {
        var most = new RequestScanner(() -> 3);
        var messages = "{\"model\":\"m\",\"messages\":[%s]}";
        var input = "{\"model\":\"m\",\"input\":[%s]}";
        for (Protocol protocol : Protocol.values()) {
            String form = protocol == Protocol.RESPONSES ? input : messages;
            byte[] three = form.formatted("{},[1,2,3,4],\"x\"").getBytes(UTF_8);
            assertEquals("m", most.scan(three, protocol).model());
            byte[] four = form.formatted("{},{},{},{}").getBytes(UTF_8);
            var refused = assertThrows(TooManyMessages.class, () -> most.scan(four, protocol));
            assertTrue(refused.toString().contains("more than 3 "), refused.toString());
            assertTrue(refused.toString().contains("limits.messages"), refused.toString());
        }
        // One text is one input, however long.
        assertEquals(
                "m",
                most.scan(
                                "{\"model\":\"m\",\"input\":\"a b c d\"}".getBytes(UTF_8),
                                Protocol.RESPONSES)
                        .model());
    }
}
