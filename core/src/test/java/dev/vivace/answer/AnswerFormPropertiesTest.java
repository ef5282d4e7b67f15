package dev.vivace.answer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for every answer of every protocol. */
class AnswerFormPropertiesTest {
    private static final int CASES = 300;

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void becomesAStreamAndAnObjectAgain(Protocol protocol) {
        AnswerForm form = protocol.form();
        for (long seed = 0; seed < CASES; seed++) {
            byte[] object = Answers.generated(protocol, seed, false);
            byte[] again = form.toObject(form.toStream(object, true));
            assertEquals(Answers.tree(object), Answers.tree(again), "seed " + seed);
        }
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void isWholeInBothFormsAndSaysTheSame(Protocol protocol) {
        AnswerForm form = protocol.form();
        for (long seed = 0; seed < CASES; seed++) {
            byte[] object = Answers.generated(protocol, seed, false);
            Examination examined =
                    assertInstanceOf(
                            Examination.Whole.class, form.examine(object, false), "seed " + seed);
            byte[] stream = form.toStream(object, true);
            assertEquals(examined, form.examine(stream, true), "seed " + seed);
            assertEquals(examined.usage(), form.usageIn(stream), "seed " + seed);
            assertArrayEquals(stream, form.stream(stream, true), "seed " + seed);
            byte[] without = form.stream(stream, false);
            assertArrayEquals(form.toStream(object, false), without, "seed " + seed);
        }
    }

    /** Whoever loses the last byte that matters must not think the answer whole. */
    @ParameterizedTest
    @EnumSource(Protocol.class)
    void isNotWholeIfCutAnywhere(Protocol protocol) {
        AnswerForm form = protocol.form();
        byte[] stream = Answers.generated(protocol, 7, true);
        int needed = protocol == Protocol.CHAT ? stream.length - 2 : stream.length - 1;
        for (int length = 0; length < needed; length++) {
            Examination cut = form.examine(java.util.Arrays.copyOf(stream, length), true);
            Examination.Unfit unfit =
                    assertInstanceOf(Examination.Unfit.class, cut, "cut after " + length);
            assertEquals("incomplete", unfit.reason(), "cut after " + length);
        }
        byte[] object = Answers.generated(protocol, 7, false);
        for (int length = 0; length < object.length; length++) {
            Examination cut = form.examine(java.util.Arrays.copyOf(object, length), false);
            assertInstanceOf(Examination.Unfit.class, cut, "cut after " + length);
        }
    }
}
