// Lists and calls tools through a gateway with the reference client of the protocol, prints progress, and cancels a call.
//
//   npm install @modelcontextprotocol/sdk
//   node mcp-client.mjs URL [TOOL [JSON [CANCEL_AFTER_MS]]]
//
// With TOOL, that tool is called; with CANCEL_AFTER_MS the call is cancelled after so many milliseconds. A client key, where
// one is needed, is taken from VIVACE_KEY.
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";

const [url = "http://127.0.0.1:8080/mcp", tool, json = "{}", cancelAfter] = process.argv.slice(2);
const headers = process.env.VIVACE_KEY ? { Authorization: `Bearer ${process.env.VIVACE_KEY}` } : {};

const client = new Client({ name: "mcp-client-example", version: "1.0.0" });
client.setNotificationHandler(ToolListChangedNotificationSchema, () => console.log("the list of tools has changed"));
try {
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
} catch (error) {
  console.error(`cannot connect to ${url}: ${error.cause?.message ?? error.message}`);
  process.exit(1);
}
console.log("connected to", client.getServerVersion().name, "which can", Object.keys(client.getServerCapabilities()).join(", "));

const { tools } = await client.listTools();
console.log(tools.map((each) => `  ${each.name}`).join("\n"));

if (tool) {
  const cancelling = new AbortController();
  if (cancelAfter) setTimeout(() => cancelling.abort("it is not wanted any more"), Number(cancelAfter));
  try {
    const result = await client.callTool({ name: tool, arguments: JSON.parse(json) }, undefined, {
      signal: cancelling.signal,
      onprogress: ({ progress, total, message }) => console.log(`progress ${progress}/${total ?? "?"} ${message ?? ""}`),
    });
    console.log(result.isError ? "the tool failed:" : "result:", JSON.stringify(result.content));
  } catch (error) {
    console.log("no result:", error.message ?? error);
    await client.ping(); // so that the gateway has heard of it before we leave
  }
}
await client.close();
