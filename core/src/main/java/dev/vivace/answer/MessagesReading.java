package dev.vivace.answer;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JsonParser;

/** Reads a message, or the events that make one. */
final class MessagesReading extends Reading {
    private String stopReason = "";
    private boolean started;
    private boolean stopped;

    /** By open block the JSON of its input so far. */
    private final Map<Integer, StringBuilder> open = new HashMap<>();

    private final Set<Integer> seen = new HashSet<>();

    // Of the object or the event that is being read.
    private String type = "";
    private int index;
    private boolean hasMessage;
    private boolean hasContent;
    private boolean hasBlock;
    private String partialJson = "";
    private String deltaStopReason = "";

    MessagesReading() {
        super(UsageCounts.ofAnthropic());
    }

    @Override
    protected void object(JsonParser parser) {
        members(parser, this::messageMember);
        if (type.equals("error")) {
            unfit(Examination.Unfit.ERROR);
        } else {
            expect(type.equals("message") && hasContent, parser);
        }
        judge();
    }

    private void messageMember(String name, JsonParser at) {
        switch (name) {
            case "type" -> type = string(at);
            case "model" -> model(at);
            case "content" -> hasContent = elements(at, block -> block.skipChildren());
            case "stop_reason" -> stopReason = string(at);
            case "usage" -> usage.read(at);
            case "error" -> error(at);
            default -> {}
        }
    }

    private void judge() {
        switch (stopReason) {
            case "end_turn", "stop_sequence", "tool_use" -> {}
            case "max_tokens", "model_context_window_exceeded" ->
                    unfit(Examination.Unfit.TRUNCATED);
            case "refusal" -> unfit(Examination.Unfit.REFUSED);
            default -> unfit(Examination.Unfit.INCOMPLETE);
        }
    }

    @Override
    protected void event(JsonParser parser) {
        type = "";
        index = -1;
        hasMessage = false;
        hasBlock = false;
        partialJson = "";
        deltaStopReason = "";
        members(parser, this::eventMember);
        switch (type) {
            case "ping" -> {}
            case "error" -> unfit(Examination.Unfit.ERROR);
            case "message_start" -> {
                expect(!started && hasMessage, parser);
                started = true;
            }
            case "content_block_start" -> {
                expect(started && hasBlock && seen.add(index), parser);
                open.put(index, new StringBuilder());
            }
            case "content_block_delta" -> {
                StringBuilder input = open.get(index);
                expect(input != null, parser);
                if (input != null) {
                    input.append(partialJson);
                }
            }
            case "content_block_stop" -> {
                StringBuilder input = open.remove(index);
                expect(input != null, parser);
                if (input != null && !input.isEmpty()) {
                    Json.readObject(input);
                }
            }
            case "message_delta" -> {
                expect(started, parser);
                stopReason = deltaStopReason.isEmpty() ? stopReason : deltaStopReason;
            }
            case "message_stop" -> stopped = true;
            default -> expect(started && !stopped, parser);
        }
        expect(!stopped || type.equals("message_stop") || type.equals("ping"), parser);
    }

    private void eventMember(String name, JsonParser at) {
        switch (name) {
            case "type" -> type = string(at);
            case "index" -> index = index(at);
            case "message" -> {
                hasMessage = isObject(at);
                if (hasMessage) {
                    members(at, this::startMember);
                }
            }
            case "content_block" -> hasBlock = isObject(at);
            case "delta" -> {
                partialJson = "";
                deltaStopReason = "";
                if (isObject(at)) {
                    members(at, this::deltaMember);
                }
            }
            case "usage" -> usage.read(at);
            case "error" -> error(at);
            default -> {}
        }
    }

    private void startMember(String name, JsonParser at) {
        switch (name) {
            case "model" -> model(at);
            case "usage" -> usage.read(at);
            case "error" -> error(at);
            default -> {}
        }
    }

    private void deltaMember(String name, JsonParser at) {
        switch (name) {
            case "partial_json" -> partialJson = string(at);
            case "stop_reason" -> deltaStopReason = string(at);
            case "error" -> error(at);
            default -> {}
        }
    }

    @Override
    protected void end(boolean done) {
        if (!started || !stopped || !open.isEmpty()) {
            unfit(Examination.Unfit.INCOMPLETE);
        }
        judge();
    }
}
