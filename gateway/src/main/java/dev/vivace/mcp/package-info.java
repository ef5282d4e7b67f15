/** MCP servers behind the gateway, and how they are one server to its clients. */
@NullMarked
package dev.vivace.mcp;

import org.jspecify.annotations.NullMarked;
