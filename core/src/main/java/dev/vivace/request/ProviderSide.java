package dev.vivace.request;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.vivace.answer.Protocol;
import dev.vivace.json.JsonReader;
import dev.vivace.json.MeaningDigest;
import java.util.Arrays;
import java.util.Set;

/**
 * What a request has its provider do beside answering: look things up in the world, or keep and
 * continue something on its side. Not thread-safe.
 */
final class ProviderSide {
    /** The names that this class acts on. */
    static final Set<String> NAMES =
            Set.of(
                    "tools",
                    "store",
                    "background",
                    "conversation",
                    "previous_response_id",
                    "prompt",
                    "web_search_options",
                    "search_parameters",
                    "plugins",
                    "mcp_servers",
                    "container");

    private static final byte[] TOOLS = name("tools");
    private static final byte[] STORE = name("store");
    private static final byte[] BACKGROUND = name("background");
    private static final byte[][] CONTINUED = {
        name("conversation"), name("previous_response_id"),
    };

    /** A template that its owner can change at the provider, tools included. */
    private static final byte[] PROMPT = name("prompt");

    /** Files and processes that the provider keeps from call to call. */
    private static final byte[] CONTAINER = name("container");

    /** OpenAI's, xAI's, OpenRouter's, Anthropic's. */
    private static final byte[][] LOOKS_UP = {
        name("web_search_options"), name("search_parameters"), name("plugins"), name("mcp_servers"),
    };

    private static final byte[] TYPE = name("type");
    private static final byte[] FUNCTION = name("function");
    private static final byte[] CUSTOM = name("custom");

    /** Anthropic's tools that the client runs; behind each comes a date. */
    private static final byte[][] CLIENTS = {
        name("bash_"), name("text_editor_"), name("computer_"), name("memory_"),
    };

    private Protocol protocol = Protocol.CHAT;
    private boolean looksUp;
    private boolean keeps;

    void clear(Protocol of) {
        protocol = of;
        looksUp = keeps = false;
    }

    /** Whether the answer depends on the world, so that it may be another the next time. */
    boolean looksUp() {
        return looksUp;
    }

    /**
     * Whether the call continues something at the provider or leaves something there, which an
     * answer at hand would not.
     */
    boolean keeps() {
        return keeps;
    }

    /** Looks at the member whose name the reader has just read, without reading its value. */
    void see(JsonReader reader) {
        if (reader.nameIs(STORE)) {
            keeps |= reader.peek() == 't';
        } else if (reader.nameIs(CONTAINER)) {
            keeps |= reader.peek() != 'n';
        } else if (anyOf(LOOKS_UP, reader)) {
            looksUp |= reader.peek() != 'n';
        } else if (protocol == Protocol.RESPONSES) {
            if (reader.nameIs(BACKGROUND)) {
                keeps |= reader.peek() == 't';
            } else if (anyOf(CONTINUED, reader)) {
                keeps |= reader.peek() != 'n';
            } else if (reader.nameIs(PROMPT)) {
                looksUp |= reader.peek() != 'n';
            }
        }
    }

    static boolean isTools(JsonReader reader) {
        return reader.nameIs(TOOLS);
    }

    /** Reads and digests the tools, whose name the reader has just read. */
    void tools(JsonReader reader, byte[] body, MeaningDigest digest) {
        digest.memberName(reader, body);
        if (reader.peek() != '[') {
            digest.value(reader, body);
            return;
        }
        int begin = digest.beginArray();
        reader.beginArray();
        while (reader.nextElement()) {
            looksUp |= !tool(reader, body, digest);
            digest.endElement(begin);
        }
        digest.endArray(begin);
    }

    /** Whether it is the client that runs it; where nobody knows, it is not. */
    private boolean tool(JsonReader reader, byte[] body, MeaningDigest digest) {
        if (reader.peek() != '{') {
            digest.value(reader, body);
            return false;
        }
        boolean clients = protocol == Protocol.MESSAGES;
        int begin = digest.beginObject();
        reader.beginObject();
        while (reader.nextMember()) {
            boolean type =
                    reader.nameIs(TYPE) || reader.textEscaped() && reader.text().equals("type");
            digest.memberName(reader, body);
            byte kind = reader.peek();
            digest.value(reader, body);
            if (type) {
                clients &= kind == 'n';
                clients |= kind == '"' && runByClient(reader, body);
            }
        }
        digest.endObject(begin, body);
        return clients;
    }

    private boolean runByClient(JsonReader type, byte[] body) {
        return type.nameIs(FUNCTION)
                || type.nameIs(CUSTOM)
                || protocol == Protocol.MESSAGES && ofClients(type, body);
    }

    private static boolean ofClients(JsonReader type, byte[] body) {
        for (byte[] prefix : CLIENTS) {
            int end = type.textStart() + prefix.length;
            if (end <= type.textEnd()
                    && Arrays.equals(body, type.textStart(), end, prefix, 0, prefix.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean anyOf(byte[][] names, JsonReader reader) {
        for (byte[] name : names) {
            if (reader.nameIs(name)) {
                return true;
            }
        }
        return false;
    }

    private static byte[] name(String name) {
        return name.getBytes(US_ASCII);
    }
}
