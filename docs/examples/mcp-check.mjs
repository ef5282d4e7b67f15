// What mcp-check.sh runs: starts a server over HTTP and a gateway with that and one over stdio, and checks what a client sees.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const vivace = process.argv[2];
const everything = join(dirname(fileURLToPath(import.meta.url)), "node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const folder = mkdtempSync(join(tmpdir(), "mcp-check-"));
const started = [];
let failed = 0;

function start(command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  child.said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (child.said = (child.said + text).slice(-10_000)));
  started.push(child);
  return child;
}

async function free() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

function check(what, holds, saw) {
  console.log(`${holds ? "ok  " : "FAIL"} ${what}${holds ? "" : `: ${JSON.stringify(saw)}`}`);
  if (!holds) failed++;
}

async function until(what, seconds, test) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const saw = await test().catch((problem) => problem);
    if (saw === true) return check(what, true);
    if (Date.now() > end) return check(what, false, String(saw));
    await pause(100);
  }
}

const text = (result) => result.content?.[0]?.text ?? "";
const web = () => start("node", [everything, "streamableHttp"], { PORT: String(webPort) });
const webPort = await free();
const port = await free();

async function checks() {
  let webServer = web();
  writeFileSync(
    join(folder, "vivace.yaml"),
    `server: { port: ${port} }\nupstreams: { none: { url: "http://127.0.0.1:9/v1" } }\nmcp:\n` +
      `  local: { command: node, args: [${JSON.stringify(everything)}, stdio], trust: true }\n` +
      `  web: { url: "http://127.0.0.1:${webPort}/mcp" }\n`,
  );
  const gateway = start(vivace, ["serve", "--config", join(folder, "vivace.yaml")]);
  const url = `http://127.0.0.1:${port}/mcp`;
  const ready = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
  await until("the gateway is ready, with both servers", 60, async () => {
    const { checks } = await ready();
    return checks["mcp local"] === "ok" && checks["mcp web"] === "ok" ? true : JSON.stringify(checks);
  });

  const client = new Client({ name: "mcp-check", version: "1.0.0" });
  const problems = [];
  client.onerror = (problem) => problems.push(problem.message);
  await client.connect(new StreamableHTTPClientTransport(new URL(url)));
  const call = (name, args = {}, options) => client.callTool({ name, arguments: args }, undefined, options);

  const names = (await client.listTools()).tools.map((tool) => tool.name);
  check("lists the tools of both", names.includes("local_echo") && names.includes("web_echo"), names);
  for (const server of ["local", "web"]) {
    const echoed = await call(`${server}_echo`, { message: "hello" });
    check(`calls a tool of ${server}`, text(echoed) === "Echo: hello", echoed);

    const heard = [];
    const long = await call(`${server}_trigger-long-running-operation`, { duration: 2, steps: 4 }, { onprogress: ({ progress }) => heard.push(progress) });
    check(`hears progress from ${server}`, heard.join() === "1,2,3,4" && text(long).includes("completed"), { heard, long });

    const cancelling = new AbortController();
    const begun = Date.now();
    const cancelled = call(`${server}_trigger-long-running-operation`, { duration: 30, steps: 60 }, { signal: cancelling.signal, onprogress: () => cancelling.abort("enough") });
    check(`cancels a call of ${server}`, await cancelled.then(() => false, () => Date.now() - begun < 15_000), Date.now() - begun);
    check(`${server} works on`, text(await call(`${server}_echo`, { message: "still" })) === "Echo: still");
  }

  const four = Date.now();
  await Promise.all([1, 2, 3, 4].map((steps) => call("web_trigger-long-running-operation", { duration: 2, steps })));
  check("calls at the same time run at the same time", Date.now() - four < 6_000, Date.now() - four);

  const structured = await call("local_get-structured-content", { location: "New York" });
  check("structured content passes", typeof structured.structuredContent?.temperature === "number", structured);
  const wrong = await call("local_get-sum", { a: "one" });
  check("arguments that do not fit are answered with what is wrong", wrong.isError && text(wrong).includes("a"), wrong);
  const { resources } = await client.listResources();
  const read = await client.readResource({ uri: resources[0].uri });
  check("a resource passes", read.contents.length > 0, read);
  const { prompts } = await client.listPrompts();
  const prompt = await client.getPrompt({ name: prompts.find(({ arguments: args }) => !args?.length).name });
  check("a prompt passes", prompt.messages.length > 0, prompt);

  const dying = call("web_trigger-long-running-operation", { duration: 30, steps: 60 }, { onprogress: () => webServer.kill("SIGKILL") });
  const died = await dying;
  check("a server that dies in a call: an error that says so", died.isError && text(died).includes("The server web"), died);
  check("the other works on", text(await call("local_echo", { message: "alive" })) === "Echo: alive");
  const down = await call("web_echo", { message: "?" });
  check("the tools of the dead one say that it is down", down.isError && /^The server web (is not running|has not answered: nobody answers)/.test(text(down)), down);
  check("readiness says so", (await ready()).status === "degraded");
  webServer = web();
  await until("it is found again when it is back", 60, async () => text(await call("web_echo", { message: "back" })) === "Echo: back");

  const child = await childOf(gateway.pid);
  process.kill(child, "SIGKILL");
  await until("a program that was killed is started again", 60, async () => text(await call("local_echo", { message: "back" })) === "Echo: back");
  check("it is another process", (await childOf(gateway.pid)) !== child);

  const cli = async (...args) => (await promisify(execFile)(vivace, ["mcp", ...args, "--url", url])).stdout;
  check("vivace mcp list", (await cli("list")).includes("web_echo"));
  check("vivace mcp call", (await cli("call", "local_echo", '{"message":"from Java"}')).includes("Echo: from Java"));

  check("the client met no error of the protocol", problems.length === 0, problems);
  await client.close();
  gateway.kill("SIGTERM");
  const [code] = await once(gateway, "exit");
  check("the gateway ends with 0", code === 0, code);
}

/** The process that the gateway started. */
async function childOf(parent) {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,args="]);
  const line = stdout.split("\n").map((each) => each.trim().split(/\s+/)).find((each) => Number(each[1]) === parent && each.includes(everything));
  if (!line) throw new Error("the gateway has started nothing");
  return Number(line[0]);
}

try {
  await checks();
} catch (problem) {
  failed++;
  console.log("FAIL", problem);
  for (const child of started) console.log(child.said);
} finally {
  started.forEach((child) => child.kill("SIGKILL"));
  rmSync(folder, { recursive: true, force: true });
}
console.log(failed ? `${failed} checks failed` : "all checks hold");
process.exit(failed ? 1 : 0);
