package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.vivace.config.ToolServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LastWordsTest {
    private final LastWords words =
            new LastWords(
                    new ToolServer.Local(
                            "node",
                            List.of(
                                    "/srv/server/index.js",
                                    "--header",
                                    "Authorization: Bearer tok3n",
                                    "--db=postgres://u:p4ss@db.example/x",
                                    "a: script that says ready"),
                            Map.of("ACCOUNT", "{\"key\": \"s3cr3t\\tmore\"}"),
                            ToolServer.Terms.DEFAULT));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Cannot find module '/srv/server/index.js' | Cannot find module '***'",
                "no server is ready for the index | no server is *** for the index",
                "unknown option --header | unknown option ***",
                "sent {\"Authorization\":\"Bearer tok3n\"} | sent {\"***\":\"*** ***\"}",
                "p4ss is wrong | *** is wrong",
                "the key s3cr3t\\tmore is wrong | the key *** is wrong",
                "u:p | u:p"
            })
    void whatItHasFromItsOptionsIsHidden(String said, String told) {
        words.heard(said, false);
        assertEquals(Optional.of(told), words.now());
    }

    @Test
    void ofALineThatWasCutNothingIsTold() {
        words.heard("invalid credentials: the first half of tok", true);
        assertEquals(Optional.of("(a line too long to be told)"), words.now());
    }

    @Test
    void aSecretOfSeveralLinesIsInNoLogEither() {
        var words =
                new LastWords(
                        new ToolServer.Local(
                                "x",
                                List.of("-y"),
                                Map.of("KEY", "--begin--\nabcdefgh\n--end--"),
                                ToolServer.Terms.DEFAULT));
        words.heard("abcdefgh -y \u202eevil", false);
        assertEquals(Optional.of("*** -y  evil"), words.now());
    }

    @Test
    void theLastErrorSaysMoreThanWhatComesAfterIt() {
        words.heard("Warning: no error yet, Error: but one", false);
        words.heard("Error: Cannot find module 'x'", false);
        words.heard("    at Module.load (loader:1148)", false);
        words.heard("Node.js v20.20.2", false);
        assertEquals(Optional.of("Error: Cannot find module 'x'"), words.now());
    }

    @Test
    void whatItSaysWhenItIsEndedIsNotItsLastWord() {
        words.heard("waiting for the licence", false);
        words.enough();
        words.heard("Error: Terminated", false);
        assertEquals(Optional.of("waiting for the licence"), words.now());
    }

    @Test
    void blankLinesAreNoWords() {
        assertEquals(Optional.empty(), words.now());
        words.heard("it is over", false);
        words.heard(" ", false);
        assertEquals(Optional.of("it is over"), words.now());
    }
}
