package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** A few tools of our own. */
final class Corpus {
    static final ToolDefinition WEATHER =
            tool(
                    "get_weather",
                    "Current conditions and forecast for a place.",
                    """
                    {"type": "object", "properties": {"city": {"type": "string"},
                     "unit": {"enum": ["celsius", "fahrenheit"]}}}
                    """);
    static final ToolDefinition FLIGHTS =
            tool(
                    "searchFlights",
                    "Finds connections between two airports.",
                    """
                    {"type": "object", "properties": {"origin": {"type": "string"}, "stopover_count": {"type": "integer"},
                     "passengers": {"type": "array", "items": {"properties": {"frequentFlyer":
                       {"type": "string", "description": "Number of the loyalty programme."}}}}}}
                    """);
    static final ToolDefinition INVOICE =
            tool("billing.create_invoice", "Writes a bill to a customer.", "{}");
    static final ToolDefinition MOVIES = tool("cinema", "Which films are on tonight.", "{}");
    static final List<ToolDefinition> FEW = List.of(WEATHER, FLIGHTS, INVOICE, MOVIES);

    private Corpus() {}

    static ToolDefinition tool(String name, String description, String schema) {
        return new ToolDefinition(name, description, JsonMapper.shared().readTree(schema));
    }

    /** The few, and others that have to do with nothing, up to a count. */
    static List<ToolDefinition> many(int count) {
        var tools = new ArrayList<>(FEW);
        for (int i = tools.size(); i < count; i++) {
            tools.add(tool("filler_" + i, "Number " + i + " of the fillers.", "{}"));
        }
        return List.copyOf(tools);
    }

    static List<String> names(List<ToolDefinition> tools) {
        return tools.stream().map(ToolDefinition::name).toList();
    }
}
