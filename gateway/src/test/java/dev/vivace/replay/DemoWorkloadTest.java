package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.token.TokenCounter;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DemoWorkloadTest {
    private static List<Lane> lanes() {
        return new DemoWorkload(DemoScript.load(), 1).lanes();
    }

    private static List<Call> calls(List<Lane> lanes) {
        return lanes.stream().flatMap(l -> l.steps().stream()).flatMap(List::stream).toList();
    }

    private static Lane lane(String name) {
        return lanes().stream().filter(l -> l.name().equals(name)).findFirst().orElseThrow();
    }

    private static String body(Call call) {
        return new String(call.body().get(), StandardCharsets.UTF_8);
    }

    @Test
    void itIsTheSameEveryTimeAndNumberedWithoutGaps() {
        var one = calls(lanes());
        var two = calls(lanes());
        assertEquals(
                IntStream.range(0, one.size()).boxed().toList(),
                one.stream().map(Call::number).toList());
        for (var i = 0; i < one.size(); i++) {
            assertArrayEquals(one.get(i).body().get(), two.get(i).body().get());
        }
    }

    @Test
    void everyConversationEndsWithAnAnswer() {
        for (var conversation : DemoScript.load().all()) {
            assertEquals("assistant", conversation.getLast().path("role").stringValue());
            for (var message : conversation) {
                assertTrue(
                        message.path("content").isString() || message.has("tool_calls"),
                        message.toString());
            }
        }
    }

    @Test
    void thePolicyIsLongEnoughForAPrefixCache() {
        var policy = DemoScript.load().text("policy");
        assertTrue(new TokenCounter().count(policy) > 1_024, policy);
    }

    @Test
    void aRestartedAgentMakesItsFirstCallsTwice() {
        var bodies =
                calls(List.of(lane("restarted agent"))).stream()
                        .map(DemoWorkloadTest::body)
                        .toList();
        assertEquals(7, bodies.size());
        assertEquals(bodies.subList(0, 3), bodies.subList(3, 6));
    }

    @Test
    void aCrewAsksTheSameAtTheSameMoment() {
        for (var step : lane("crew").steps()) {
            assertEquals(5, step.size());
            assertEquals(
                    1,
                    step.stream()
                            .map(c -> Json.MAPPER.readTree(c.body().get()).path("messages"))
                            .distinct()
                            .count());
            assertEquals(2, step.stream().map(DemoWorkloadTest::body).distinct().count());
        }
    }

    @Test
    void someOfTheWorkCannotBeHelped() {
        var bodies =
                calls(List.of(lane("writing agent"))).stream().map(DemoWorkloadTest::body).toList();
        assertTrue(bodies.stream().allMatch(b -> b.contains("\"temperature\":0.8")));
        assertEquals(bodies.size(), bodies.stream().distinct().count());
        assertTrue(calls(List.of(lane("impatient agent"))).getFirst().patience().isPresent());
    }

    /** Where two recordings begin alike, the upstream would answer both like the first. */
    @Test
    void noTwoAnswersToTheSameQuestion() {
        var answers = new HashMap<Object, Object>();
        for (var conversation : DemoScript.load().all()) {
            for (var i = 1; i < conversation.size(); i++) {
                if (conversation.get(i).path("role").stringValue().equals("assistant")) {
                    var before = List.copyOf(conversation.subList(0, i));
                    var earlier = answers.putIfAbsent(before, conversation.get(i));
                    assertTrue(earlier == null || earlier.equals(conversation.get(i)));
                }
            }
        }
    }
}
