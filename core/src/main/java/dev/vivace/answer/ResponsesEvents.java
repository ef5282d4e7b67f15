package dev.vivace.answer;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** A response as the events that would have reported on it. Not thread-safe. */
final class ResponsesEvents {
    private final SseWriter out = new SseWriter();
    private long sequence;

    // The place that events refer to.
    private String itemId = "";
    private int outputIndex;

    private ResponsesEvents() {}

    static byte[] of(ObjectNode response) {
        ResponsesEvents events = new ResponsesEvents();
        events.write(response);
        return events.out.toBytes();
    }

    private void write(ObjectNode response) {
        ObjectNode early = response.deepCopy();
        early.put("status", "in_progress");
        early.putArray("output");
        for (String known : new String[] {"usage", "completed_at"}) {
            if (early.has(known)) {
                early.putNull(known);
            }
        }
        send("response.created", Json.object().set("response", early));
        send("response.in_progress", Json.object().set("response", early));
        for (JsonNode item : Json.array(response, "output")) {
            item((ObjectNode) item);
            outputIndex++;
        }
        send("response.completed", Json.object().set("response", response));
    }

    private void item(ObjectNode item) {
        itemId = Json.string(item, "id");
        switch (Json.string(item, "type")) {
            case "message" -> {
                added(item, "content");
                parts(
                        item,
                        "content",
                        "content_index",
                        "response.content_part",
                        "response.output_text");
            }
            case "reasoning" -> {
                added(item, "summary");
                parts(
                        item,
                        "summary",
                        "summary_index",
                        "response.reasoning_summary_part",
                        "response.reasoning_summary_text");
            }
            case "function_call" -> argument(item, "arguments", "response.function_call_arguments");
            case "custom_tool_call" -> argument(item, "input", "response.custom_tool_call_input");
            case "mcp_call" -> argument(item, "arguments", "response.mcp_call_arguments");
            default -> send("response.output_item.added", place(item));
        }
        send("response.output_item.done", place(item));
    }

    /** The item before it had anything in this member. */
    private void added(ObjectNode item, String member) {
        ObjectNode begun = item.deepCopy();
        JsonNode value = begun.get(member);
        if (value instanceof StringNode) {
            begun.put(member, "");
        } else if (value != null && value.isArray()) {
            begun.putArray(member);
        }
        if (begun.has("status")) {
            begun.put("status", "in_progress");
        }
        send("response.output_item.added", place(begun));
    }

    private ObjectNode place(JsonNode item) {
        ObjectNode event = Json.object();
        event.put("output_index", outputIndex);
        event.set("item", item);
        return event;
    }

    private ObjectNode place() {
        ObjectNode event = Json.object();
        event.put("item_id", itemId);
        event.put("output_index", outputIndex);
        return event;
    }

    /** A text that an item has as a member. */
    private void argument(ObjectNode item, String member, String name) {
        added(item, member);
        if (item.get(member) instanceof StringNode text) {
            Pieces.of(text.stringValue())
                    .forEach(piece -> send(name + ".delta", place().put("delta", piece)));
            send(name + ".done", place().put(member, text.stringValue()));
        }
    }

    private void parts(
            ObjectNode item, String member, String indexName, String partName, String textName) {
        int index = 0;
        for (JsonNode node : Json.array(item, member)) {
            if (node instanceof ObjectNode part) {
                part(part, place().put(indexName, index), partName, textName);
            }
            index++;
        }
    }

    private void part(ObjectNode part, ObjectNode place, String partName, String textName) {
        boolean inPieces = part.get("text") instanceof StringNode;
        ObjectNode begun = part.deepCopy();
        if (inPieces) {
            begun.put("text", "");
        }
        for (String list : new String[] {"annotations", "logprobs"}) {
            if (begun.has(list)) {
                begun.putArray(list);
            }
        }
        send(partName + ".added", place.deepCopy().set("part", begun));
        if (inPieces) {
            text(part, place, textName);
        }
        send(partName + ".done", place.deepCopy().set("part", part));
    }

    private void text(ObjectNode part, ObjectNode place, String name) {
        boolean output = name.equals("response.output_text");
        for (String piece : Pieces.of(Json.string(part, "text"))) {
            ObjectNode delta = place.deepCopy().put("delta", piece);
            send(name + ".delta", output ? delta.set("logprobs", Json.array()) : delta);
        }
        int index = 0;
        for (JsonNode annotation : Json.array(part, "annotations")) {
            ObjectNode added = place.deepCopy().put("annotation_index", index++);
            send("response.output_text.annotation.added", added.set("annotation", annotation));
        }
        ObjectNode done = place.deepCopy().put("text", Json.string(part, "text"));
        send(name + ".done", output ? done.set("logprobs", Json.array(part, "logprobs")) : done);
    }

    private void send(String name, JsonNode members) {
        ObjectNode event = Json.object();
        event.put("type", name);
        event.put("sequence_number", sequence++);
        event.setAll((ObjectNode) members);
        out.event(name, event);
    }
}
