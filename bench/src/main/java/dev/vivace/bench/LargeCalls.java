package dev.vivace.bench;

import java.util.List;

/** What many large requests at one time do to a gateway's memory. */
record LargeCalls(Windows windows) {
    private static final int MANY = 1_500;

    void measure(List<Contender> contenders) {
        contenders.forEach(contender -> windows.attempt(contender.name(), () -> large(contender)));
    }

    private void large(Contender contender) {
        windows.progress().accept(MANY + " connections with large requests: " + contender.name());
        double peak =
                contender.peakMegabytes(() -> {
                    var result = windows.run(contender, Call.large(), MANY, windows.plan().large());
                    windows.add(Metric.LARGE_ANSWERED, MANY, contender, result.answered());
                    // Who waited in vain to the end has had no error, and no answer either.
                    long starved = Math.max(0, MANY - result.answered());
                    windows.add(Metric.LARGE_ERRORS, MANY, contender, result.errors() + starved);
                });
        windows.add(Metric.LARGE_PEAK, MANY, contender, peak);
        contender.rest(windows.plan().settle().multipliedBy(5));
        windows.add(Metric.LARGE_AFTER, MANY, contender, contender.residentMegabytes());
    }
}
