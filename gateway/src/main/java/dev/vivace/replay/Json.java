package dev.vivace.replay;

import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/** The one mapper of this package, and what its errors look like to a person. */
final class Json {
    static final JsonMapper MAPPER = JsonMapper.shared();

    private Json() {}

    /** A whole number is written as one, 0 and not 0.0: some servers tell them apart. */
    static JsonNode number(double d) {
        var nodes = JsonNodeFactory.instance;
        return d == Math.rint(d) ? nodes.numberNode((long) d) : nodes.numberNode(d);
    }

    /** What is wrong and where, without the parser's internals. */
    static String why(JacksonException e) {
        var where = e.getLocation();
        var at =
                where == null || where.getLineNr() < 1
                        ? ""
                        : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
        return e.getOriginalMessage() + at;
    }
}
