package dev.vivace.answer;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/** Reads a response, or the events that report on one. */
final class ResponsesReading extends Reading {
    private boolean ended;

    // Of the response that was read last.
    private boolean hasResponse;
    private String status = "";
    private String incompleteBecause = "";
    private boolean hasError;

    // Of the event that is being read.
    private String type = "";

    ResponsesReading() {
        super(UsageCounts.ofOpenAi());
    }

    @Override
    protected void object(JsonParser parser) {
        response(parser);
        judge();
    }

    private void response(JsonParser parser) {
        hasResponse = true;
        status = "";
        incompleteBecause = "";
        hasError = false;
        members(parser, this::responseMember);
    }

    private void responseMember(String name, JsonParser at) {
        switch (name) {
            case "model" -> model(at);
            case "status" -> status = string(at);
            case "error" -> hasError = isObject(at);
            case "usage" -> usage.read(at);
            case "incomplete_details" -> {
                if (isObject(at)) {
                    members(at, this::detail);
                }
            }
            case "output" -> elements(at, item -> members(item, this::itemMember));
            default -> {}
        }
    }

    private void detail(String name, JsonParser at) {
        if (name.equals("reason")) {
            incompleteBecause = string(at);
        }
    }

    /**
     * Of the many kinds of items only messages have content like this; whatever else it is, it is
     * theirs.
     */
    private void itemMember(String name, JsonParser at) {
        if (!name.equals("content") || at.currentToken() != JsonToken.START_ARRAY) {
            return;
        }
        while (at.nextToken() != JsonToken.END_ARRAY) {
            if (at.currentToken() == JsonToken.START_OBJECT) {
                members(at, this::partMember);
            } else {
                at.skipChildren();
            }
        }
    }

    private void partMember(String name, JsonParser at) {
        if (name.equals("type") && string(at).equals("refusal")) {
            unfit(Examination.Unfit.REFUSED);
        }
    }

    private void judge() {
        if (hasError) {
            unfit(Examination.Unfit.ERROR);
        }
        switch (status) {
            case "completed" -> {}
            case "failed" -> unfit(Examination.Unfit.ERROR);
            case "incomplete" ->
                    unfit(
                            incompleteBecause.equals("content_filter")
                                    ? Examination.Unfit.FILTERED
                                    : Examination.Unfit.TRUNCATED);
            default -> unfit(Examination.Unfit.INCOMPLETE);
        }
    }

    @Override
    protected void event(JsonParser parser) {
        expect(!ended, parser);
        type = "";
        hasResponse = false;
        members(parser, this::eventMember);
        switch (type) {
            case "response.completed", "response.incomplete", "response.failed" -> {
                expect(hasResponse, parser);
                ended = true;
                judge();
                if (!type.equals("response.completed")) {
                    unfit(Examination.Unfit.ERROR);
                }
            }
            case "response.refusal.delta", "response.refusal.done" ->
                    unfit(Examination.Unfit.REFUSED);
            case "error" -> unfit(Examination.Unfit.ERROR);
            default -> {}
        }
    }

    private void eventMember(String name, JsonParser at) {
        switch (name) {
            case "type" -> type = string(at);
            case "response" -> {
                if (isObject(at)) {
                    response(at);
                }
            }
            case "error" -> error(at);
            default -> {}
        }
    }

    @Override
    protected void end(boolean done) {
        if (!ended) {
            unfit(Examination.Unfit.INCOMPLETE);
        }
    }
}
