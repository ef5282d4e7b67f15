package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.MessageCreateParams;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.FunctionParameters;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.ResponseCreateParams;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The official clients take the simulator for what it simulates. */
class SimulatorClientsTest {
    private static Simulator simulator;
    private static OpenAIClient openai;
    private static AnthropicClient anthropic;

    @BeforeAll
    static void start() {
        simulator = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
        openai =
                OpenAIOkHttpClient.builder()
                        .apiKey("k")
                        .baseUrl(simulator.address() + "/v1")
                        .build();
        anthropic =
                AnthropicOkHttpClient.builder()
                        .apiKey("k")
                        .baseUrl(simulator.address().toString())
                        .build();
    }

    @AfterAll
    static void stop() {
        openai.close();
        anthropic.close();
        simulator.close();
    }

    @Test
    void chat() {
        var params =
                ChatCompletionCreateParams.builder()
                        .model("gpt-4o")
                        .addUserMessage("Hello")
                        .build();
        var whole = openai.chat().completions().create(params).validate();
        var streamed = ChatCompletionAccumulator.create();
        try (var stream = openai.chat().completions().createStreaming(params)) {
            stream.stream().forEach(streamed::accumulate);
        }
        assertEquals(
                whole.choices().getFirst().message().content(),
                streamed.chatCompletion().choices().getFirst().message().content());
    }

    @Test
    void chatWithTools() {
        var parameters =
                FunctionParameters.builder()
                        .putAdditionalProperty("type", JsonValue.from("object"))
                        .putAdditionalProperty(
                                "properties",
                                JsonValue.from(Map.of("city", Map.of("type", "string"))))
                        .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                        .build();
        var params =
                ChatCompletionCreateParams.builder()
                        .model("gpt-4o")
                        .addUserMessage("Weather?")
                        .addFunctionTool(
                                FunctionDefinition.builder()
                                        .name("weather")
                                        .parameters(parameters)
                                        .build())
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                        .build();
        var whole = openai.chat().completions().create(params).validate();
        var streamed = ChatCompletionAccumulator.create();
        try (var stream = openai.chat().completions().createStreaming(params)) {
            stream.stream().forEach(streamed::accumulate);
        }
        var calls = whole.choices().getFirst().message().toolCalls().orElseThrow();
        assertTrue(calls.getFirst().asFunction().function().arguments().contains("city"));
        assertEquals(
                calls,
                streamed.chatCompletion().choices().getFirst().message().toolCalls().orElseThrow());
    }

    @Test
    void responses() {
        var params = ResponseCreateParams.builder().model("gpt-4o").input("Hello").build();
        var whole = openai.responses().create(params).validate();
        var streamed = ResponseAccumulator.create();
        try (var stream = openai.responses().createStreaming(params)) {
            stream.stream().forEach(event -> streamed.accumulate(event.validate()));
        }
        assertEquals(whole.output(), streamed.response().output());
    }

    @Test
    void embeddings() {
        var params =
                EmbeddingCreateParams.builder()
                        .model("text-embedding-3-small")
                        .input("Hello")
                        .build();
        var answer = openai.embeddings().create(params).validate();
        assertEquals(1536, answer.data().getFirst().embedding().size());
    }

    @Test
    void models() {
        assertTrue(
                openai.models().list().data().stream()
                        .allMatch(model -> model.validate().ownedBy().equals("vivace-simulator")));
    }

    @Test
    void messages() {
        var params =
                MessageCreateParams.builder()
                        .model("claude-sonnet-4-5")
                        .maxTokens(500)
                        .addUserMessage("Hello")
                        .build();
        var whole = anthropic.messages().create(params).validate();
        var streamed = MessageAccumulator.create();
        try (var stream = anthropic.messages().createStreaming(params)) {
            stream.stream().forEach(streamed::accumulate);
        }
        assertEquals(whole.content(), streamed.message().content());
        assertEquals(whole.usage().outputTokens(), streamed.message().usage().outputTokens());
    }
}
