package dev.vivace.answer;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a chat completion, or its chunks. */
final class ChatReading extends Reading {
    /** By choice why it finished; empty while it has not. */
    private final Map<Integer, String> finishes = new LinkedHashMap<>();

    // Of the choice that is being read.
    private int index;
    private String finish = "";
    private boolean hasMessage;

    ChatReading() {
        super(UsageCounts.ofOpenAi());
    }

    @Override
    protected void object(JsonParser parser) {
        members(parser, this::completionMember);
        end(true);
    }

    private void completionMember(String name, JsonParser at) {
        if (name.equals("choices")) {
            finishes.clear();
            elements(
                    at,
                    choice -> {
                        choice(choice, finishes.size());
                        expect(hasMessage && finishes.put(index, finish) == null, choice);
                    });
        } else {
            member(name, at);
        }
    }

    @Override
    protected void event(JsonParser parser) {
        members(parser, this::chunkMember);
    }

    private void chunkMember(String name, JsonParser at) {
        if (name.equals("choices")) {
            elements(
                    at,
                    choice -> {
                        choice(choice, 0);
                        finishes.merge(
                                index, finish, (before, now) -> now.isEmpty() ? before : now);
                    });
        } else {
            member(name, at);
        }
    }

    private void member(String name, JsonParser at) {
        switch (name) {
            case "model" -> model(at);
            case "usage" -> usage.read(at);
            case "error" -> error(at);
            case "object" -> {
                if (string(at).equals("error")) {
                    unfit(Examination.Unfit.ERROR);
                }
            }
            default -> {}
        }
    }

    private void choice(JsonParser parser, int defaultIndex) {
        index = defaultIndex;
        finish = "";
        hasMessage = false;
        members(parser, this::choiceMember);
    }

    private void choiceMember(String name, JsonParser at) {
        switch (name) {
            case "index" -> index = index(at);
            case "finish_reason" -> finish = string(at);
            case "message", "delta" -> {
                if (isObject(at)) {
                    hasMessage = true;
                    members(at, this::messageMember);
                }
            }
            default -> {}
        }
    }

    private void messageMember(String name, JsonParser at) {
        if (name.equals("refusal")
                && at.currentToken() == JsonToken.VALUE_STRING
                && at.getStringLength() > 0) {
            unfit(Examination.Unfit.REFUSED);
        }
    }

    @Override
    protected void end(boolean done) {
        if (!done || finishes.isEmpty()) {
            unfit(Examination.Unfit.INCOMPLETE);
        }
        for (String reason : finishes.values()) {
            switch (reason) {
                case "stop", "tool_calls", "function_call" -> {}
                case "length" -> unfit(Examination.Unfit.TRUNCATED);
                case "content_filter" -> unfit(Examination.Unfit.FILTERED);
                default -> unfit(Examination.Unfit.INCOMPLETE);
            }
        }
    }
}
