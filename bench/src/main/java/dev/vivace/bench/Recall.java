package dev.vivace.bench;

import dev.vivace.tool.ToolDefinition;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** For how many requests the right tool is first, among the first five, among the first ten. */
record Recall(double at1, double at5, double at10) {
    static final int DEEP = 10;

    static Recall of(
            List<SelectData.Question> questions, Function<String, List<ToolDefinition>> rank) {
        int[] found = new int[DEEP];
        for (var question : questions) {
            var ranked = rank.apply(question.request());
            for (int i = 0; i < Math.min(DEEP, ranked.size()); i++) {
                if (question.right().contains(ranked.get(i).name())) {
                    found[i]++;
                    break;
                }
            }
        }
        return new Recall(
                share(found, 1, questions),
                share(found, 5, questions),
                share(found, DEEP, questions));
    }

    private static double share(int[] found, int places, List<?> all) {
        double sum = 0;
        for (int i = 0; i < places; i++) {
            sum += found[i];
        }
        return sum / all.size();
    }

    String text() {
        return String.format(Locale.ROOT, "%.3f  %.3f  %.3f", at1, at5, at10);
    }
}
