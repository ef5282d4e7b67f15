package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CauseTest {
    @ParameterizedTest
    @CsvSource({
        "429, RATE_LIMITED, true",
        "503, OVERLOADED, true",
        "529, OVERLOADED, true",
        "500, SERVER_ERROR, false",
        "502, SERVER_ERROR, false",
        "504, SERVER_ERROR, false",
        "400, REFUSED, false",
        "200, NONE, false"
    })
    void whatAStatusSaysOfHowManyCallsAreTooMany(int status, Cause cause, boolean tooMuch) {
        assertEquals(cause, Cause.ofStatus(status));
        assertEquals(tooMuch, cause.tooMuch());
    }
}
