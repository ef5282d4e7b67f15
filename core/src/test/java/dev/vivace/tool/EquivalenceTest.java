package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Together or one after another: nobody can tell. */
@Timeout(300)
class EquivalenceTest {
    private static final long SEED = Long.getLong("vivace.seed", 20_261_121);
    private static final int BATCHES = 10_000;

    /** Each call after the one before it, with what it refers to put in its place. */
    private static List<ToolOutcome> oneAfterAnother(ModelWorld world, List<ToolCall> program)
            throws ResultPath.Dangling {
        var line = new PlainLine(world.tools());
        var context = new ToolContext("p", Duration.ofSeconds(1));
        var outcomes = new ArrayList<ToolOutcome>();
        for (ToolCall call : program) {
            boolean possible =
                    References.in(call.arguments(), program.size()).stream()
                            .allMatch(need -> outcomes.get(need) instanceof ToolOutcome.Done);
            if (!possible) {
                outcomes.add(new ToolOutcome.Failed(ToolOutcome.Reason.DEPENDENCY, ""));
                continue;
            }
            try {
                var arguments =
                        References.resolve(
                                call.arguments(),
                                program.size(),
                                need -> ((ToolOutcome.Done) outcomes.get(need)).result().value());
                var made = new ToolCall(call.id(), call.tool(), arguments);
                var ready = (Prepared.Ready) line.prepare(made, "p");
                outcomes.add(line.run(ready, context, false, () -> {}));
            } catch (ResultPath.Dangling e) {
                outcomes.add(new ToolOutcome.Failed(ToolOutcome.Reason.BAD_ARGUMENTS, ""));
            }
        }
        return outcomes;
    }

    /** Messages name who failed, and are not compared. */
    private static List<String> shown(List<ToolOutcome> outcomes) {
        return outcomes.stream()
                .map(outcome ->
                        switch (outcome) {
                            case ToolOutcome.Done done -> done.toString();
                            case ToolOutcome.Failed failed -> failed.reason().toString();
                        })
                .toList();
    }

    @Test
    void randomBatchesDoWhatTheSequentialRunDoes() throws Exception {
        for (int i = 0; i < BATCHES; i++) {
            var random = new Random(SEED + i);
            List<ToolCall> program = ModelWorld.program(random, 2 + random.nextInt(14));
            var one = new ModelWorld();
            List<ToolOutcome> expected = oneAfterAnother(one, program);
            var many = new ModelWorld();
            List<ToolOutcome> got =
                    new ToolExecutor(new PlainLine(many.tools()))
                            .executeBatch(
                                    program,
                                    BatchOptions.of("p").withConcurrency(1 + random.nextInt(8)));
            String which = "seed " + (SEED + i) + ": " + program;
            assertEquals(shown(expected), shown(got), which);
            assertEquals(one.state(), many.state(), which);
        }
    }
}
