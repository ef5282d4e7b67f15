package dev.vivace.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.limit.Rates;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
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
        var terms =
                new KeyTerms(
                        "t" + random.nextInt(1000),
                        random.nextBoolean() ? "" : "a \\ \" name " + random.nextInt(),
                        models,
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
}
