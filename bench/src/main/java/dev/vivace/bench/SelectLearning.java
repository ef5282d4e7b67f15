package dev.vivace.bench;

import dev.vivace.bench.SelectData.Question;
import dev.vivace.select.LearnedRanking;
import dev.vivace.select.SelectorOptions;
import dev.vivace.select.ToolSelector;
import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Teaches with some requests, in an order that follows from the seed, and asks others. */
final class SelectLearning {
    /** How the one who reports came to know. */
    enum Teacher {
        /** The right tool was called in the end, shown or not. */
        TOLD("the right tool is reported"),
        /**
         * Of ten that are shown, the right one is called if it is there, else the first, in vain.
         */
        SHOWN("called if among the ten shown"),
        /** The first that is shown is called, and it was right or not. */
        FIRST("the first is called, right or wrong");

        private final String what;

        Teacher(String what) {
            this.what = what;
        }

        String what() {
            return what;
        }
    }

    private final SelectData data;
    private final List<Question> lessons;
    private final List<Question> exam;

    SelectLearning(SelectData data, int feedbacks, long seed) {
        this.data = data;
        var shuffled = new ArrayList<>(data.questions());
        Collections.shuffle(shuffled, new Random(seed));
        this.lessons = shuffled.subList(0, feedbacks);
        var known = new HashSet<String>();
        lessons.forEach(each -> known.add(each.request()));
        this.exam =
                shuffled.stream()
                        .skip(feedbacks)
                        .filter(each -> !known.contains(each.request()))
                        .toList();
    }

    int examined() {
        return exam.size();
    }

    Recall before() {
        return examine(new ToolSelector(SelectorOptions.DEFAULTS));
    }

    Recall after(Teacher teacher) {
        var learned = new LearnedRanking();
        // Shows ten also where all could be sent, and notices at once what it learned.
        var selector =
                new ToolSelector(
                        SelectorOptions.DEFAULTS.withTools(Recall.DEEP + 1, Recall.DEEP, 128),
                        Optional.empty(),
                        learned,
                        System::nanoTime);
        for (Question each : lessons) {
            teach(teacher, each, selector, learned);
        }
        return examine(selector);
    }

    private void teach(
            Teacher teacher, Question question, ToolSelector selector, LearnedRanking learned) {
        if (teacher == Teacher.TOLD) {
            question.right().forEach(tool -> learned.feedback(question.request(), tool, true));
            return;
        }
        selector.forget("lesson");
        var shown =
                selector.select("lesson", data.tools(), question.request()).added().stream()
                        .filter(name -> !name.equals(ToolSelector.SEARCH.name()))
                        .toList();
        if (shown.isEmpty()) {
            return;
        }
        String called = shown.getFirst();
        if (teacher == Teacher.SHOWN) {
            called = shown.stream().filter(question.right()::contains).findFirst().orElse(called);
        }
        learned.feedback(question.request(), called, question.right().contains(called));
    }

    private Recall examine(ToolSelector selector) {
        return Recall.of(exam, request -> rank(selector, request));
    }

    private List<ToolDefinition> rank(ToolSelector selector, String request) {
        return selector.search("exam", data.tools(), request, Recall.DEEP);
    }
}
