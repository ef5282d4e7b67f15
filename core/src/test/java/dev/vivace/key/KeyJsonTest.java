package dev.vivace.key;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.limit.Rates;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyJsonTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static VirtualKey key(Random random) {
        var models = new HashSet<String>();
        while (random.nextInt(3) > 0) {
            models.add("m/" + random.nextInt(100) + "\"é");
        }
        var tools = new HashSet<String>();
        while (random.nextInt(3) > 0) {
            tools.add("files_" + random.nextInt(100) + "-*");
        }
        var terms =
                new KeyTerms(
                        "t" + random.nextInt(1000),
                        random.nextBoolean() ? "" : "a \\ \" name " + random.nextInt(),
                        models,
                        tools,
                        new Rates(
                                random.nextBoolean()
                                        ? OptionalLong.empty()
                                        : OptionalLong.of(1 + random.nextLong(1L << 40)),
                                random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(1)),
                        new Budget(
                                random.nextBoolean()
                                        ? OptionalDouble.empty()
                                        : OptionalDouble.of(random.nextDouble() * 100),
                                random.nextBoolean()
                                        ? OptionalDouble.empty()
                                        : OptionalDouble.of(0)),
                        Priority.values()[random.nextInt(3)],
                        VirtualKey.Scope.values()[random.nextInt(2)]);
        VirtualKey made = NewKey.of(terms, random.nextLong(1, 1L << 42)).key();
        return random.nextBoolean() ? made : Merge.revoked(made, random.nextLong(1, 1L << 42));
    }

    @Test
    void whatIsWrittenIsRead() {
        for (long seed = 0; seed < 200; seed++) {
            var random = new Random(seed);
            var keys = new LinkedHashMap<String, VirtualKey>();
            for (int i = random.nextInt(4); i > 0; i--) {
                VirtualKey key = key(random);
                keys.put(key.id(), key);
                assertEquals(key, KeyJson.key(KeyJson.record(key)), "seed " + seed);
            }
            assertEquals(keys, KeyJson.keys(KeyJson.file(keys.values())), "seed " + seed);
        }
    }

    @Test
    void defaultsOfWhatIsAsked() {
        KeyTerms terms = KeyJson.terms(bytes("{\"tenant\":\"acme\",\"name\":null}"));
        assertEquals(ClientKeysTest.terms("acme"), terms);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}                                          | tenant",
                "{'tenant':7}                                | tenant",
                "{'tenant':''}                               | tenant",
                "{'tenant':'local'}                          | tenant",
                "{'tenant':'anonymous'}                      | tenant",
                "{'tenant':'t-1'}                            | tenant",
                "{'tenant':'-a'}                             | tenant",
                "{'tenant':'a b'}                            | tenant",
                "{'tenant':'a','name':'x\\ny'}               | name",
                "{'tenant':'a','models':'m'}                 | models",
                "{'tenant':'a','models':[1]}                 | models",
                "{'tenant':'a','models':['a b']}             | models",
                "{'tenant':'a','models':['']}                | models",
                "{'tenant':'a','tools':'m'}                  | tools",
                "{'tenant':'a','tools':[1]}                  | each of tools",
                "{'tenant':'a','tools':['']}                 | tools must be names",
                "{'tenant':'a','tools':['a b']}              | not 'a b'",
                "{'tenant':'a','tools':['files.read']}       | not 'files.read'",
                "{'tenant':'a','tools':['files_?']}          | not 'files_?'",
                "{'tenant':'a','tools':['files_*','é']}      | not 'é'",
                "{'tenant':'a','requests_per_minute':0}      | requests_per_minute",
                "{'tenant':'a','requests_per_minute':1.5}    | requests_per_minute",
                "{'tenant':'a','requests_per_minute':'9'}    | requests_per_minute",
                "{'tenant':'a','tokens_per_minute':1e30}     | tokens_per_minute",
                "{'tenant':'a','tokens_per_minute':99999999999999999999} | tokens_per_minute",
                "{'tenant':'a','budget_day':-1}              | budget_day",
                "{'tenant':'a','budget_day':'1'}             | budget_day",
                "{'tenant':'a','budget_month':1e10}          | budget_month",
                "{'tenant':'a','priority':'HIGH'}            | priority",
                "{'tenant':'a','scope':'all'}                | scope",
                "{'tenant':'a','budget_week':1}              | budget_week",
                "{'tenant':'a','id':'vk-0123456789ab'}       | id",
                "{'tenant':'a','tenant':'b'}                 | JSON",
                "{'tenant':'a'} {}                           | JSON",
                "[]                                          | object",
                "nothing                                     | JSON",
            })
    void whatIsWrongIsNamed(String json, String named) {
        String wrong =
                String.valueOf(
                        assertThrows(
                                        IllegalArgumentException.class,
                                        () -> KeyJson.terms(bytes(json.replace('\'', '"'))))
                                .getMessage());
        assertTrue(wrong.contains(named), wrong);
        assertFalse(wrong.contains("nothing"), wrong);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "A.b_c-d", "T-1", "locals", "t"})
    void tenantsThatAreNames(String name) {
        assertEquals(name, KeyJson.terms(bytes("{\"tenant\":\"" + name + "\"}")).tenant());
    }

    @Test
    void aPrincipalMayAskForItsKeysModels() {
        var terms = KeyJson.terms(bytes("{\"tenant\":\"acme\",\"models\":[\"b\",\"a\"]}"));
        var some = new Principal("acme", Optional.of(NewKey.of(terms, 1).key()), Priority.NORMAL);
        assertEquals(Optional.empty(), some.refuses("a"));
        assertEquals(
                Optional.of("The model 'c' is not allowed with this key; allowed: a, b."),
                some.refuses("c"));
        assertTrue(some.refuses("").isPresent());
        assertTrue(some.refuses("A").isPresent());
        assertEquals(Optional.empty(), Principal.LOCAL.refuses("anything"));
        var all = NewKey.of(ClientKeysTest.terms("acme"), 1).key();
        assertEquals(
                Optional.empty(),
                new Principal("acme", Optional.of(all), Priority.LOW).refuses("anything"));
    }

    private static Principal limited(String... tools) {
        String list = Arrays.stream(tools).map(each -> '"' + each + '"').collect(joining(","));
        var terms = KeyJson.terms(bytes("{\"tenant\":\"acme\",\"tools\":[" + list + "]}"));
        return new Principal("acme", Optional.of(NewKey.of(terms, 1).key()), Priority.NORMAL);
    }

    @ParameterizedTest
    @CsvSource({
        "files_read_file, files_read_file, true",
        "files_read_file, files_read_file2, false",
        "files_read_file, files_read_fil, false",
        "files_read_file, FILES_READ_FILE, false",
        "files_read_file, '', false",
        "files_*, files_read_file, true",
        "files_*, files_, true",
        "files_*, files, false",
        "files_*, files2_read, false",
        "files_*, my_files_read, false",
        "*_read, files_read, true",
        "*_read, files_read_file, false",
        "a*b*c, abc, true",
        "a*b*c, a-b-b-c, true",
        "a*b*c, acb, false",
        "**, anything, true",
        "*, '', true",
    })
    void aPatternMatchesAWholeName(String pattern, String name, boolean matches) {
        assertEquals(matches, limited(pattern).mayCall(name));
        assertEquals(matches, limited("none", pattern, "neither").mayCall(name));
    }

    @Test
    void whoHasNoPatternsMayCallEverything() {
        assertTrue(limited().mayCall("anything"));
        assertTrue(Principal.LOCAL.mayCall("anything"));
        var terms = KeyJson.terms(bytes("{\"tenant\":\"acme\",\"tools\":null}"));
        assertEquals(ClientKeysTest.terms("acme"), terms);
    }

    @Test
    void patternsAreBounded() {
        String longest = "x".repeat(64);
        assertTrue(limited(longest).mayCall(longest));
        assertThrows(IllegalArgumentException.class, () -> limited(longest + "x"));
        String[] most = IntStream.range(0, 100).mapToObj(i -> "t" + i).toArray(String[]::new);
        assertTrue(limited(most).mayCall("t99"));
        String[] more = IntStream.range(0, 101).mapToObj(i -> "t" + i).toArray(String[]::new);
        String wrong =
                String.valueOf(
                        assertThrows(IllegalArgumentException.class, () -> limited(more))
                                .getMessage());
        assertEquals("tools may be at most 100, not 101", wrong);
    }

    /** As releases wrote it that know no tools, and as they can read it still. */
    @Test
    void aKeyWithoutToolsIsKeptAsItEverWas() {
        String kept =
                "{\"id\":\"vk-0123456789ab\",\"tenant\":\"acme\",\"name\":\"\",\"models\":[],"
                        + "\"requests_per_minute\":null,\"tokens_per_minute\":null,"
                        + "\"budget_day\":null,\"budget_month\":null,\"priority\":\"normal\","
                        + "\"scope\":\"tenant\",\"created_at\":\"2026-01-31T12:00:00Z\","
                        + "\"revoked_at\":null,\"hash\":\""
                        + "0".repeat(64)
                        + "\"}";
        VirtualKey key = KeyJson.key(bytes(kept));
        assertEquals(Set.of(), key.tools());
        assertEquals(kept, new String(KeyJson.record(key), StandardCharsets.UTF_8));
        assertFalse(
                new String(KeyJson.file(List.of(key)), StandardCharsets.UTF_8).contains("tools"));
    }

    /** What is kept of a limit is there for whoever does not know it to stumble over. */
    @Test
    void aKeyWithToolsIsKeptWithThemAndStaysSoWhenItIsRevoked() {
        VirtualKey key = limited("b_*", "a").key().orElseThrow();
        String kept = new String(KeyJson.record(key), StandardCharsets.UTF_8);
        assertTrue(kept.contains("\"tools\":[\"a\",\"b_*\"]"), kept);
        assertEquals(Set.of("a", "b_*"), Merge.revoked(key, 7).tools());
    }
}
