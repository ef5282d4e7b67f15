package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class WordsTest {
    private static List<String> words(String text) {
        return Words.of(text, 1_000);
    }

    @Test
    void splitsWhereNamesAreSplit() {
        assertEquals(List.of("file", "path"), words("file_path"));
        assertEquals(List.of("file", "path"), words("file.path"));
        assertEquals(List.of("file", "path", "filepath"), words("filePath"));
        assertEquals(List.of("pdf", "reader", "pdfreader"), words("PDFReader"));
        assertEquals(List.of("mp", "3", "player", "mp3player"), words("mp3Player"));
        assertEquals(List.of("base", "64", "base64"), words("base64"));
    }

    @Test
    void leavesOutWhatEverybodySays() {
        assertEquals(List.of("book", "flight"), words("Could you please help me book a flight?"));
        assertEquals(List.of(), words("Can you tell me what I want?"));
        assertEquals(List.of(), words(" \t\n-_./"));
    }

    @Test
    void takesPairsWhereThereAreNoSpaces() {
        assertEquals(List.of("東京", "京都", "weather"), words("東京都weather"));
        assertEquals(List.of("거실", "비"), words("거실 비"));
    }

    @Test
    void looksAtNoMoreThanItMay() {
        assertEquals(List.of("alpha"), Words.of("alpha beta", 5));
        assertEquals(List.of("alpha", "bet"), Words.of("alpha beta", 9));
    }

    @Test
    void survivesHalfACharacter() {
        assertEquals(List.of("abc", "def"), words("abc\uD83D def\uDE00"));
    }

    @Test
    void cutsLongWords() {
        assertEquals(List.of("x".repeat(64)), words("x".repeat(500)));
    }
}
