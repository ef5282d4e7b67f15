package dev.vivace.admin;

/** Sums of money never go down and never become NaN for good because of one entry. */
final class Money {
    private Money() {}

    static double orNothing(double usd) {
        return usd > 0 && usd < Double.MAX_VALUE ? usd : 0;
    }
}
