package dev.vivace.gateway;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Amounts of money as text. */
final class Money {
    private Money() {}

    /** US dollars with nine decimals at most and no exponent; a single token costs millionths. */
    static String usd(double amount) {
        if (amount == 0) {
            return "0";
        }
        return BigDecimal.valueOf(amount)
                .setScale(9, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }
}
