package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class SoundTest {
    /** An element, and what is listed of it; nothing if it is left out. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            textBlock =
                    """
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"vendor":null} | {"name":"a","inputSchema":{"type":"object"},"vendor":null}
                    TOOLS     | {"name":"a","title":null,"description":7,"_meta":[],"inputSchema":{"type":"object"}} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","annotations":{"readOnlyHint":"true","title":null,"x":1},"inputSchema":{"type":"object"}} | {"name":"a","annotations":{"x":1},"inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","annotations":null,"inputSchema":{"type":"object"}} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object","properties":null,"required":null}} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object","properties":[],"required":[1]}} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object","properties":{"b":{}},"required":["b"]}} | {"name":"a","inputSchema":{"type":"object","properties":{"b":{}},"required":["b"]}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"outputSchema":{"type":"array"}} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"maybe"}} | {"name":"a","inputSchema":{"type":"object"},"execution":{}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"icons":[{"src":"x","sizes":7}]} | {"name":"a","inputSchema":{"type":"object"},"icons":[{"src":"x"}]}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"icons":[{}]} | {"name":"a","inputSchema":{"type":"object"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object","properties":{"b":true}}} |
                    TOOLS     | {"name":"a","inputSchema":{"type":"object","properties":[1]}} |
                    TOOLS     | {"name":"a","inputSchema":{"type":["object"]}} |
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"}} | {"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"optional"}}
                    TOOLS     | {"name":"a","inputSchema":{"type":"object"},"execution":{"taskSupport":"required"}} |
                    TOOLS     | {"name":"a"} |
                    TOOLS     | {"name":7,"inputSchema":{"type":"object"}} |
                    TOOLS     | 7 |
                    RESOURCES | {"uri":7,"name":"a"} |
                    RESOURCES | {"uri":"a:","name":null} |
                    RESOURCES | {"uri":"a:","name":"a","mimeType":null,"size":"7"} | {"uri":"a:","name":"a"}
                    RESOURCES | {"uri":"a:","name":"a","annotations":{"audience":["all"],"priority":2,"lastModified":"today"}} | {"uri":"a:","name":"a","annotations":{}}
                    RESOURCES | {"uri":"a:","name":"a","annotations":{"audience":["user"],"priority":0.5,"lastModified":"2025-01-12T15:00:58Z"}} | {"uri":"a:","name":"a","annotations":{"audience":["user"],"priority":0.5,"lastModified":"2025-01-12T15:00:58Z"}}
                    TEMPLATES | {"uriTemplate":"a:{b}","name":"a","mimeType":1} | {"uriTemplate":"a:{b}","name":"a"}
                    PROMPTS   | {"name":"a","arguments":null} | {"name":"a"}
                    PROMPTS   | {"name":"a","arguments":[{"name":"b","required":"yes","description":null}]} | {"name":"a","arguments":[{"name":"b"}]}
                    PROMPTS   | {"name":"a","arguments":[{"required":true}]} |
                    """)
    void isMendedOrLeftOut(Kind kind, String said, String listed) {
        JsonNode element = Rpc.JSON.readTree(said);
        var leftOut = new ArrayList<String>();
        assertEquals(
                Optional.ofNullable(listed),
                Sound.of(kind, element, leftOut::add).map(JsonNode::toString));
        assertEquals(listed == null ? 1 : 0, leftOut.size(), leftOut::toString);
        assertEquals(Rpc.JSON.readTree(said), element, "what was said is not changed");
    }
}
