package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Who waits for whom, without a thread. */
class ProgramOrderTest {
    private static final Resource FILE = Resource.of("file", "a");

    private record Planned(String tool, List<Integer> needs) implements PlannedCall {
        @Override
        public String id() {
            return tool;
        }

        @Override
        public ObjectNode arguments(IntFunction<JsonNode> results) {
            return JsonNodeFactory.instance.objectNode();
        }
    }

    private final List<BatchCall> calls = new ArrayList<>();

    private BatchCall call(String tool, Integer... needs) {
        var call = new BatchCall(calls.size(), new Planned(tool, List.of(needs)));
        call.atMost = Effects.PURE;
        calls.add(call);
        return call;
    }

    private static void ready(BatchCall call, Effects effects) {
        var tool = new FakeTool(call.tool(), in -> effects, (in, context) -> FakeTool.said(""));
        call.ready = new Prepared.Ready(tool, FakeTool.json("{}"), effects, List.of());
    }

    private static List<String> next(ProgramOrder order) {
        var names = new ArrayList<String>();
        for (BatchCall next = order.next(); next != null; next = order.next()) {
            names.add(next.tool());
        }
        return names;
    }

    @Test
    void theLongestChainGoesFirst() {
        BatchCall alone = call("alone");
        BatchCall first = call("first");
        BatchCall twin = call("twin");
        BatchCall second = call("second", 1);
        var order = new ProgramOrder(calls);
        List.of(alone, first, twin).forEach(call -> ready(call, Effects.PURE));
        // It waits for first until it is known: 3 + 4 are more than 6.
        Map<String, Double> took = Map.of("alone", 6.0, "first", 3.0, "twin", 6.0, "second", 4.0);
        order.connect(took::get);
        assertEquals(List.of("first", "alone", "twin"), next(order));
        assertEquals(7, first.level);
        assertEquals(4, second.level);
    }

    @Test
    void aConflictMakesAChainToo() {
        BatchCall alone = call("alone");
        BatchCall write = call("write");
        BatchCall read = call("read");
        var order = new ProgramOrder(calls);
        ready(alone, Effects.PURE);
        ready(write, Effects.write(FILE));
        ready(read, Effects.read(FILE));
        order.connect(tool -> tool.equals("alone") ? 3 : 2);
        assertEquals(List.of("write", "alone"), next(order));
        write.outcome = new ToolOutcome.Failed(ToolOutcome.Reason.FAILED, "");
        assertEquals(List.of(), next(order), "what has failed may still go on");
        order.release(write);
        assertEquals(List.of("read"), next(order));
    }

    @Test
    void whatIsNotKnownIsABarrierUntilItIs() {
        BatchCall first = call("first");
        BatchCall unknown = call("unknown", 0);
        BatchCall behind = call("behind");
        unknown.atMost = Effects.UNKNOWN;
        var order = new ProgramOrder(calls);
        ready(first, Effects.PURE);
        ready(behind, Effects.read(FILE));
        order.connect(tool -> 1);
        assertEquals(List.of("first"), next(order));
        first.outcome =
                new ToolOutcome.Done(FakeTool.said(""), ToolOutcome.Source.CALLED, List.of());
        assertEquals(List.of(unknown), order.delivered(first));
        ready(unknown, Effects.PURE);
        assertFalse(order.reconsider(unknown));
        assertEquals(List.of("unknown", "behind"), next(order));
    }

    @Test
    void whatDoesMoreThanWasSaidComesTooLate() {
        call("first");
        BatchCall liar = call("liar", 0);
        BatchCall behind = call("behind");
        var order = new ProgramOrder(calls);
        ready(calls.get(0), Effects.PURE);
        ready(behind, Effects.read(FILE));
        order.connect(tool -> 1);
        assertEquals(List.of("first", "behind"), next(order));
        order.release(calls.get(0));
        ready(liar, Effects.write(FILE));
        assertTrue(order.reconsider(liar));
        assertEquals(List.of(), next(order));
    }

    @Test
    void whoRefersToALaterOneComesBehindIt() {
        call("a", 2);
        call("b");
        call("c");
        var order = new ProgramOrder(calls);
        assertEquals(
                List.of("c", "a", "b"), order.program().stream().map(BatchCall::tool).toList());
        assertEquals(List.of(), order.circular());
    }

    @Test
    void aCircleHasAllThatWaitForIt() {
        call("a", 1);
        call("b", 0);
        call("behind", 0);
        call("free");
        assertEquals(
                List.of("a", "b", "behind"),
                new ProgramOrder(calls).circular().stream().map(BatchCall::tool).toList());
    }
}
