package dev.vivace.simulator;

import dev.vivace.token.TokenCounter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * OpenAI's {@code /v1/embeddings}. A vector follows from the model and the tokens and has length 1;
 * vectors of different texts are unrelated, whatever the texts mean.
 */
final class Embeddings {
    private static final Map<String, Integer> DIMENSIONS =
            Map.of("text-embedding-3-large", 3072, "text-embedding-3-small", 1536);
    private static final int DEFAULT_DIMENSIONS = 1536;
    private static final int MAX_INPUTS = 2048;
    private static final int MAX_INPUT_TOKENS = 8192;
    private static final int MAX_TOKENS = 300_000;

    private final TokenCounter counter;

    Embeddings(TokenCounter counter) {
        this.counter = counter;
    }

    /**
     * A request that can be served.
     *
     * @param inputs each input's tokens
     * @param tokens of all inputs together
     */
    record Request(String model, List<int[]> inputs, int dimensions, boolean base64, int tokens) {}

    /**
     * @throws ApiError if it cannot be served
     */
    Request read(ObjectNode body) {
        var fields = new Fields(body);
        String model = fields.model();
        int most = DIMENSIONS.getOrDefault(model, DEFAULT_DIMENSIONS);
        String format = body.path("encoding_format").stringValue("float");
        if (!format.equals("float") && !format.equals("base64")) {
            throw ApiError.invalid(
                    "encoding_format", "encoding_format must be float or base64, not " + format);
        }
        List<int[]> inputs = inputs(body.path("input"));
        int tokens = 0;
        for (int i = 0; i < inputs.size(); i++) {
            int length = inputs.get(i).length;
            if (length == 0 || length > MAX_INPUT_TOKENS) {
                throw ApiError.invalid(
                        "input",
                        "each input must have from 1 to %d tokens; input %d has %d"
                                .formatted(MAX_INPUT_TOKENS, i, length));
            }
            tokens += length;
        }
        if (tokens > MAX_TOKENS) {
            throw ApiError.invalid(
                    "input",
                    "all inputs together must have at most %d tokens, not %d"
                            .formatted(MAX_TOKENS, tokens));
        }
        int dimensions = fields.integer("dimensions", 1, most, most);
        return new Request(model, inputs, dimensions, format.equals("base64"), tokens);
    }

    private List<int[]> inputs(JsonNode input) {
        if (input.isString()) {
            return List.of(counter.tokens(input.stringValue()));
        }
        if (!input.isArray() || input.isEmpty() || input.size() > MAX_INPUTS * 4) {
            throw wrongInput();
        }
        if (input.path(0).isNumber()) {
            return List.of(given(input));
        }
        if (input.size() > MAX_INPUTS) {
            throw wrongInput();
        }
        var inputs = new ArrayList<int[]>(input.size());
        for (JsonNode one : input) {
            inputs.add(one.isString() ? counter.tokens(one.stringValue()) : given(one));
        }
        return inputs;
    }

    private static int[] given(JsonNode tokens) {
        if (!tokens.isArray()) {
            throw wrongInput();
        }
        int[] result = new int[tokens.size()];
        for (int i = 0; i < result.length; i++) {
            if (!tokens.path(i).canConvertToInt()) {
                throw wrongInput();
            }
            result[i] = tokens.path(i).intValue();
        }
        return result;
    }

    private static ApiError wrongInput() {
        return ApiError.invalid(
                "input",
                "input must be a string, an array of 1 to %d strings, or tokens as integers in an array or in %d of them at most"
                        .formatted(MAX_INPUTS, MAX_INPUTS));
    }

    JsonNode answer(Request request) {
        ObjectNode root = Json.object().put("object", "list");
        var data = root.putArray("data");
        for (int[] input : request.inputs()) {
            float[] vector = vector(request, input);
            ObjectNode one = data.addObject().put("object", "embedding");
            if (request.base64()) {
                var bytes =
                        ByteBuffer.allocate(vector.length * Float.BYTES)
                                .order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(vector);
                one.put("embedding", Base64.getEncoder().encodeToString(bytes.array()));
            } else {
                var list = one.putArray("embedding");
                for (float value : vector) {
                    list.add(value);
                }
            }
            one.put("index", data.size() - 1);
        }
        root.put("model", request.model());
        root.putObject("usage")
                .put("prompt_tokens", request.tokens())
                .put("total_tokens", request.tokens());
        return root;
    }

    /** Fewer dimensions are the first ones of the whole vector, at length 1 again. */
    private static float[] vector(Request request, int[] tokens) {
        long seed = Meaning.of(request.model()).high();
        for (int token : tokens) {
            seed = Mix.of(seed, token);
        }
        double[] values = new double[request.dimensions()];
        double squares = 0;
        for (int i = 0; i < values.length; i++) {
            values[i] = 2 * Mix.unit(seed, i) - 1;
            squares += values[i] * values[i];
        }
        float[] vector = new float[values.length];
        double length = Math.sqrt(squares);
        for (int i = 0; i < values.length; i++) {
            vector[i] = (float) (values[i] / length);
        }
        return vector;
    }
}
