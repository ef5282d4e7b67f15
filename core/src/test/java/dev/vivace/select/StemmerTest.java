package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StemmerTest {
    /** Examples of the paper, one or more for each step. */
    @ParameterizedTest
    @CsvSource({
        "caresses, caress",
        "ponies, poni",
        "cats, cat",
        "feed, feed",
        "agreed, agre",
        "plastered, plaster",
        "motoring, motor",
        "sing, sing",
        "conflated, conflat",
        "troubled, troubl",
        "sized, size",
        "hopping, hop",
        "falling, fall",
        "hissing, hiss",
        "failing, fail",
        "filing, file",
        "happy, happi",
        "sky, sky",
        "relational, relat",
        "conditional, condit",
        "digitizer, digit",
        "operator, oper",
        "hopefulness, hope",
        "triplicate, triplic",
        "formative, form",
        "electrical, electr",
        "goodness, good",
        "revival, reviv",
        "allowance, allow",
        "adjustment, adjust",
        "adoption, adopt",
        "effective, effect",
        "probate, probat",
        "rate, rate",
        "cease, ceas",
        "controlling, control",
        "rolling, roll",
        "translation, translat"
    })
    void stemsAsPorterDoes(String word, String stem) {
        assertEquals(stem, Stemmer.stem(word));
    }

    @Test
    void leavesAloneWhatIsNotEnglish() {
        for (String word : new String[] {"", "s", "as", "größen", "v2s", "거실"}) {
            assertEquals(word, Stemmer.stem(word));
        }
    }
}
