package dev.vivace.tool;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import com.networknt.schema.annotation.Annotations;

/** The evaluation of a schema, which takes a step for all that it looks at. Not thread-safe. */
final class BoundedEvaluation extends ExecutionContext {
    /** What a keyword costs, in characters that a pattern looks at. */
    private static final int KEYWORD = 10;

    /** It takes room as well. */
    private static final int ERROR = 100;

    private final Steps steps;
    private long annotations;

    BoundedEvaluation(ExecutionConfig config, Steps steps) {
        super(config);
        this.steps = steps;
    }

    @Override
    public void evaluationPathAddLast(String part) {
        steps.take(KEYWORD);
        super.evaluationPathAddLast(part);
    }

    @Override
    public void evaluationPathAddLast(int part) {
        steps.take(KEYWORD);
        super.evaluationPathAddLast(part);
    }

    @Override
    public void addError(Error error) {
        steps.take(ERROR);
        super.addError(error);
    }

    /** All of them are looked at with each part that fails, where any are collected. */
    @Override
    public Annotations getAnnotations() {
        if (isUnevaluatedPropertiesPresent() || isUnevaluatedItemsPresent()) {
            annotations++;
            steps.take(annotations);
        }
        return super.getAnnotations();
    }
}
