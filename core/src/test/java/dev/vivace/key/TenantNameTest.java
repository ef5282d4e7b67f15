package dev.vivace.key;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantNameTest {
    @ParameterizedTest
    @CsvSource({
        "acme, true",
        "9, true",
        "A.b_c-d, true",
        "locals, true",
        "T-1, true",
        "'', false",
        "local, false",
        "anonymous, false",
        "t-, false",
        "t-1234, false",
        "-a, false",
        "a b, false",
        "a/b, false",
        "é, false",
        "'a\n', false"
    })
    void isAWordThatIsNobodyElses(String name, boolean valid) {
        assertEquals(valid, TenantName.isValid(name));
    }

    @ParameterizedTest
    @CsvSource({"64, true", "65, false"})
    void hasALength(int length, boolean valid) {
        assertEquals(valid, TenantName.isValid("a".repeat(length)));
    }
}
