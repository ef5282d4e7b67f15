"use strict";
// Shows /admin/stats and /admin/ledger. Whatever came from a client is written as text, never as markup.

const POLL_MS = 2000;
const CALLS = 50;
const OURS = ["HIT", "HIT-SEMANTIC", "JOINED"];
const KINDS = [["HIT", "--hit"], ["HIT-SEMANTIC", "--semantic"], ["JOINED", "--joined"], ["REFRESH", "--refresh"], ["MISS", "--miss"], ["BYPASS", "--bypass"]];

const $ = id => document.getElementById(id);
const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const sum = (list, of) => list.reduce((total, each) => total + of(each), 0);

const buckets = new Map(); // by start, milliseconds; sixty of them fill the charts
let stats = null;
let minutes = 60; // that the charts show
let fitted = false; // whether that was chosen, by anyone
let chosen = false; // by a person
let charts = null;

// Numbers for people

const grouped = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const count = n => grouped.format(n);
const tokens = n => n < 10000 ? grouped.format(n) : short.format(n).replace("K", "k");
const percent = share => (100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0) + " %";
const rate = perSecond => perSecond >= 100 ? count(perSecond) : perSecond >= 10 ? perSecond.toFixed(1) : perSecond.toFixed(2);

function money(usd) {
  if (usd === 0) return "$0";
  if (usd >= 1000) return "$" + count(usd);
  return "$" + (usd >= 1 ? usd.toFixed(2) : usd.toFixed(Math.min(8, 1 - Math.floor(Math.log10(usd)))));
}

function time(micros) {
  const three = n => String(+n.toPrecision(n >= 1000 ? 4 : 3));
  if (micros < 1000) return [Math.round(micros), "µs"];
  return micros < 1e6 ? [three(micros / 1e3), "ms"] : [three(micros / 1e6), "s"];
}

const duration = micros => time(micros).join(" ");
const clock = (ms, seconds) => new Date(ms).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...(seconds && { second: "2-digit" }) });

// Elements

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function figure(id, value, unit) {
  $(id).replaceChildren(value, ...(unit ? [element("span", "unit", unit)] : []));
}

// Data

const KEPT = "vivace-admin-key"; // until this tab is closed

async function load(path) {
  const key = sessionStorage.getItem(KEPT);
  const answer = await fetch(path, { cache: "no-store", headers: key ? { "x-vivace-admin-key": key } : {} });
  $("key").hidden = answer.status !== 401;
  if (answer.status === 401) throw new Error(key ? "that is not its admin key" : "locked");
  if (answer.status === 403) throw new Error((await answer.json()).error.message);
  if (!answer.ok) throw new Error(`${path.split("?")[0]} answered ${answer.status}`);
  return answer.json();
}

async function loadStats() {
  const step = minutes / 5; // in units of 5 s
  const same = stats && stats.step_ms === step * 5000;
  let next = await load(`admin/stats?step=${step}&since=${same ? stats.now : 0}`);
  if (!same || next.started !== stats.started) {
    if (same) next = await load(`admin/stats?step=${step}`); // another run of the gateway
    buckets.clear();
  }
  stats = next;
  for (const bucket of stats.buckets) buckets.set(bucket.at, bucket);
  for (const at of buckets.keys()) if (at < stats.now - (minutes + 1) * 60000) buckets.delete(at);
}

async function poll() {
  try {
    await loadStats();
    if (fit()) await loadStats();
    show((await load(`admin/ledger?limit=${CALLS}`)).entries);
    showUpstreams((await load("admin/upstreams")).upstreams);
    showTools(await load("admin/tools"));
    state("on", "live", `, ${count(stats.in_flight)} in flight`);
  } catch (problem) {
    state("off", problem instanceof TypeError ? "gateway not reachable, trying again" : problem.message, "");
  }
}

/** Screen readers say the first part, when it changes; figures that never rest are none of it. */
function state(name, text, more) {
  $("live").dataset.state = name;
  if ($("state").textContent !== text) $("state").textContent = text;
  $("in-flight").textContent = more;
}

function range(wanted) {
  minutes = wanted;
  for (const each of $("ranges").children) each.ariaPressed = String(Number(each.dataset.minutes) === minutes);
}

/** Shows no more time than there are calls for, as long as nobody has chosen; whether that changed anything. */
function fit() {
  if (chosen || !buckets.size) return false;
  const age = stats.now - Math.min(...buckets.keys());
  const wanted = [5, 15].find(each => age <= each * 60000) ?? 60;
  const other = fitted ? wanted > minutes : wanted !== minutes;
  fitted = true;
  if (other) range(wanted);
  return other;
}

async function live() {
  if (!document.hidden) await poll();
  setTimeout(live, POLL_MS);
}

function show(entries) {
  const empty = stats.totals.requests === 0 && entries.length === 0;
  $("empty").hidden = !empty;
  $("full").hidden = $("ranges").hidden = empty;
  $("alert").hidden = stats.dropped === 0;
  $("alert").textContent = `${count(stats.dropped)} calls are missing in these figures: the ledger's queue was full.`;
  if (empty) return;
  showTiles();
  showCharts();
  showCalls(entries);
}

// Tiles

function showTiles() {
  const { totals } = stats;
  figure("rate", rate(stats.last_minute / 60), "/s");
  $("rate-detail").replaceChildren(`${count(totals.requests)} in an hour, `, element("span", totals.errors ? "bad" : "", `${count(totals.errors)} failed`));

  const of = kind => totals.requests ? totals.cache[kind] / totals.requests : 0;
  figure("share", percent(sum(OURS, of)).replace(" %", ""), "%");
  $("share-detail").textContent = OURS.filter(kind => kind !== "HIT-SEMANTIC" || of(kind) > 0).map(kind => `${kind} ${percent(of(kind))}`).join(", ");

  figure("latency", ...time(totals.total_us.p50));
  $("latency-detail").textContent = `p95 ${duration(totals.total_us.p95)}, p99 ${duration(totals.total_us.p99)}`;
  figure("overhead", ...time(totals.overhead_us.p50));
  $("overhead-detail").textContent = `p95 ${duration(totals.overhead_us.p95)}, p99 ${duration(totals.overhead_us.p99)}`;

  figure("cost", money(totals.cost_usd));
  $("cost-detail").textContent = `${tokens(totals.tokens.fresh)} fresh, ${tokens(totals.tokens.cached)} cached, ${tokens(totals.tokens.output)} output tokens`;
  const would = totals.cost_usd + totals.saved_usd;
  figure("saved", money(totals.saved_usd));
  $("saved-detail").textContent = `${would > 0 ? percent(totals.saved_usd / would) + " of the bill, " : ""}${tokens(totals.tokens.saved)} tokens not bought`;
}

// Charts

function bins() {
  const width = stats.step_ms;
  const last = Math.floor(stats.now / width) * width;
  const nothing = { requests: 0, cost_usd: 0, saved_usd: 0, cache: {} };
  return Array.from({ length: 60 }, (_, i) => last - (59 - i) * width).map(at => ({ ...nothing, ...buckets.get(at), at }));
}

/** A point without neighbours, which no line would show. */
function alone({ dataset: { data }, dataIndex: i }) {
  const near = other => other && Math.abs(other.x - data[i].x) <= 2 * stats.step_ms;
  return !near(data[i - 1]) && !near(data[i + 1]);
}

function line(label, token, more) {
  const ink = color(token);
  return { label, data: [], borderColor: ink, pointBackgroundColor: ink, backgroundColor: more?.fill ? ink + "26" : ink, borderWidth: 1.6, pointRadius: 0, pointHitRadius: 8, cubicInterpolationMode: "monotone", ...more };
}

const bar = (label, token) => ({ label, data: [], backgroundColor: color(token), stack: "all", barPercentage: 0.9, categoryPercentage: 1, borderRadius: 1 });
const scattered = { pointRadius: point => point.type === "data" && alone(point) ? 2 : 0 };

function chart(id, type, datasets, value, options = {}) {
  const { format } = options;
  const [dim, text] = ["--dim", "--text"].map(color);
  return new Chart($(id), {
    type,
    data: { datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      parsing: false,
      interaction: { mode: "index", intersect: false, axis: "x" },
      layout: { padding: { right: 4 } },
      scales: {
        x: {
          type: "linear", stacked: options.stacked, offset: false, border: { display: false }, grid: { display: false },
          ticks: { color: dim, maxRotation: 0, autoSkip: false, callback: ms => clock(ms) },
          afterBuildTicks: axis => {
            const step = { 5: 1, 15: 3, 60: 10 }[minutes] * 60000, shift = new Date().getTimezoneOffset() * 60000 % step;
            axis.ticks = [];
            for (let at = Math.ceil((axis.min - shift) / step) * step + shift; at <= axis.max; at += step) axis.ticks.push({ value: at });
          },
        },
        y: { beginAtZero: true, border: { display: false }, grid: { color: color("--grid") }, stacked: options.stacked, ...options.y, ticks: { color: dim, maxTicksLimit: 5, padding: 6, callback: format, ...options.ticks } },
      },
      plugins: {
        colors: { enabled: false },
        legend: { align: "end", labels: { color: dim, boxWidth: 8, boxHeight: 8, usePointStyle: true, pointStyle: "circle", padding: 14, filter: item => options.legend ? options.legend(item) : true }, display: datasets.length > 1 },
        tooltip: {
          backgroundColor: color("--card"), titleColor: text, bodyColor: text, borderColor: color("--line"), borderWidth: 1, padding: 10, usePointStyle: true, boxWidth: 7, boxHeight: 7,
          filter: item => item.parsed.y > 0 || !options.stacked,
          callbacks: { title: items => items.length ? clock(items[0].parsed.x, true) : "", label: item => ` ${item.dataset.label}  ${value(item.parsed.y)}` },
        },
      },
    },
  });
}

function makeCharts() {
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.font.size = 11.5;
  const seen = new Set();
  const made = {
    rate: chart("chart-rate", "line", [line("requests per second", "--joined", { fill: true })], v => rate(v), { format: v => v >= 1000 ? short.format(v) : String(+v.toPrecision(3)) }),
    latency: chart("chart-latency", "line",
      [line("p50", "--p50", scattered), line("p95", "--p95", scattered), line("p99", "--p99", scattered), line("overhead p50", "--overhead", { ...scattered, borderDash: [3, 3] })],
      duration, { format: duration, ticks: { autoSkip: false }, y: { type: "logarithmic", beginAtZero: false, afterBuildTicks: axis => { axis.ticks = decades(axis); } } }),
    share: chart("chart-share", "bar", KINDS.map(([kind, token]) => bar(kind, token)),
      v => v.toFixed(1) + " %", { format: v => v + " %", stacked: true, y: { min: 0, max: 100 }, ticks: { stepSize: 25 }, legend: item => seen.has(item.text) }),
    cost: chart("chart-cost", "line", [line("cost", "--joined", { fill: "origin" }), line("without us", "--hit", { fill: "-1" })], money, { format: money }),
  };
  made.share.seen = seen;
  return made;
}

function decades(axis) {
  const ticks = [];
  const [low, high] = [axis.min, axis.max].map(Math.log10);
  const step = Math.max(1, Math.ceil((high - low) / 5));
  for (let power = Math.ceil(low - 1e-9); power <= high + 1e-9; power += step) ticks.push({ value: 10 ** power });
  return ticks;
}

function showCharts() {
  charts ??= makeCharts();
  const list = bins();
  const width = stats.step_ms;
  const end = stats.now, start = end - minutes * 60000;
  const middle = bin => Math.min(bin.at + width / 2, end);
  const seconds = bin => Math.max(5000, Math.min(width, end - bin.at)) / 1000;
  const points = of => list.map(bin => ({ x: middle(bin), y: of(bin) }));

  charts.rate.data.datasets[0].data = points(bin => bin.requests / seconds(bin));

  const times = [b => b.total_us.p50, b => b.total_us.p95, b => b.total_us.p99, b => b.overhead_us.p50];
  const busy = list.filter(bin => bin.requests);
  const all = busy.flatMap(bin => times.map(of => Math.max(1, of(bin))));
  times.forEach((of, i) => {
    const dataset = charts.latency.data.datasets[i];
    dataset.data = busy.map(bin => ({ x: middle(bin), y: Math.max(1, of(bin)) }));
    dataset.spanGaps = 2 * width;
  });
  charts.latency.options.scales.y.min = 10 ** Math.floor(Math.log10(Math.min(100, ...all)));
  charts.latency.options.scales.y.max = 10 ** Math.ceil(Math.log10(Math.max(1000, ...all) * 1.01));

  charts.share.seen.clear();
  KINDS.forEach(([kind], i) => {
    charts.share.data.datasets[i].data = list.map(bin => ({ x: bin.at + width / 2, y: bin.requests ? 100 * bin.cache[kind] / bin.requests : 0 }));
    if (list.some(bin => bin.cache[kind] > 0)) charts.share.seen.add(kind);
  });

  let cost = 0, saved = 0;
  const grown = list.map(bin => ({ x: middle(bin), cost: cost += bin.cost_usd, all: cost + (saved += bin.saved_usd) }));
  charts.cost.data.datasets[0].data = grown.map(p => ({ x: p.x, y: p.cost }));
  charts.cost.data.datasets[1].data = grown.map(p => ({ x: p.x, y: p.all }));

  const silence = busy.length ? "" : `No calls in the last ${minutes === 60 ? "hour" : minutes + " minutes"}.`;
  nothing("latency", silence);
  nothing("share", silence);
  nothing("cost", silence || (cost + saved ? "" : "These models have no price: set prices in the configuration."));

  for (const each of Object.values(charts)) {
    Object.assign(each.options.scales.x, { min: start, max: end });
    each.update("none");
  }
  const { totals } = stats;
  $("chart-rate").ariaLabel = `Requests per second over ${minutes} minutes, now ${rate(stats.last_minute / 60)}`;
  $("chart-latency").ariaLabel = `Latency over ${minutes} minutes; in the last hour p50 ${duration(totals.total_us.p50)}, p95 ${duration(totals.total_us.p95)}, p99 ${duration(totals.total_us.p99)}`;
  $("chart-share").ariaLabel = "Share of calls by where the answer came from: " + KINDS.map(([kind]) => `${kind} ${totals.cache[kind]}`).join(", ");
  $("chart-cost").ariaLabel = `Cost over ${minutes} minutes: ${money(cost)}, and ${money(cost + saved)} without the gateway`;
}

/** Says why a chart is empty. */
function nothing(id, why) {
  $("nothing-" + id).hidden = !why;
  $("nothing-" + id).textContent = why;
}

// The upstreams

const LATELY_SECONDS = 600;

function upstreamState({ problem, breaker, last_failure: failure }) {
  if (problem) {
    return problem;
  }
  const lately = failure && failure.seconds_ago < LATELY_SECONDS;
  return (breaker === "closed" ? "ok" : "trying again") + (lately ? `; last failure ${count(failure.seconds_ago)} s ago: ${failure.what}` : "");
}

function upstreamRow(upstream) {
  const made = element("tr");
  made.role = "row";
  const state = cell(upstream.problem ? "status-bad" : "", upstreamState(upstream));
  made.append(cell("", upstream.name), state,
    numberCell("in flight", count(upstream.in_flight)),
    numberCell("waiting", count(upstream.queued)),
    numberCell("limit", upstream.concurrency_limit === null ? "none" : count(upstream.concurrency_limit)),
    numberCell("keys resting", upstream.keys ? `${upstream.resting_keys} of ${upstream.keys}` : "0"),
    numberCell("calls, last minute", count(upstream.calls_last_minute)),
    numberCell("retries", count(upstream.retries_last_minute)),
    numberCell("first byte, p95", upstream.first_byte_p95_us === null ? "not known" : duration(upstream.first_byte_p95_us)));
  return made;
}

function showUpstreams(upstreams) {
  $("upstreams-card").hidden = upstreams.length === 0;
  $("upstreams").replaceChildren(...upstreams.map(upstreamRow));
}

// The tools

const MOST_TOOLS = 30;

function toolRow(tool) {
  const made = element("tr");
  made.role = "row";
  made.append(cell("", tool.tool),
    numberCell("calls", count(tool.calls)),
    numberCell("failed", count(tool.calls - tool.successes)),
    numberCell("cached", count(tool.cached)),
    numberCell("joined", count(tool.joined)),
    numberCell("waited", count(tool.waited)),
    numberCell("p50", duration(tool.p50_ms * 1000)),
    numberCell("p95", duration(tool.p95_ms * 1000)));
  return made;
}

/** Those that are called most, what is wrong with the servers, and what could be done. */
function showTools({ servers, tools, recommendations }) {
  $("tools-card").hidden = servers.length === 0;
  const down = servers.filter(each => !each.up).map(each => `${each.server} is down: ${each.problem}`);
  const advice = recommendations.map(each => `${each.tool}: ${each.text}`);
  const listed = servers.reduce((sum, each) => sum + each.tools, 0);
  $("tools-detail").textContent = [`${count(listed)} tools of ${count(servers.length)} ${servers.length === 1 ? "server" : "servers"}`, ...down, ...advice.slice(0, 5)].join("; ");
  const most = [...tools].sort((a, b) => b.calls - a.calls).slice(0, MOST_TOOLS);
  $("tools").replaceChildren(...most.map(toolRow));
}

// The last calls

/** Roles are named: as blocks, on narrow screens, rows and cells would lose them. */
function cell(className, text) {
  const made = element("td", className, text);
  made.role = "cell";
  return made;
}

function numberCell(label, text, small, className = "") {
  const made = cell(`number ${text === "0" || text === "$0" ? "none" : className}`, text);
  made.dataset.label = label;
  if (small) made.append(element("small", "", small));
  return made;
}

function row(entry) {
  const made = element("tr");
  made.role = "row";
  made.dataset.id = entry.id;
  const at = cell("time", clock(Date.parse(entry.at), true));
  at.title = `${entry.at}\n${entry.id}\ntenant ${entry.tenant || "none"}`;

  const model = cell("model", entry.model || "no model");
  model.title = entry.model;
  model.append(element("small", "", entry.door + (entry.streamed ? ", streamed" : "") + (entry.attempts > 1 ? `, ${entry.attempts} attempts` : "")));
  if (entry.error) model.append(element("small", "error", entry.error));

  const badge = element("span", "badge", entry.cache);
  badge.dataset.kind = entry.cache;
  const answer = cell("");
  answer.append(badge);

  const bad = entry.status === 499 ? "status-left" : entry.status >= 400 ? "status-bad" : "";
  const status = cell(bad, entry.status === 499 ? "left" : entry.status);

  const stages = cell("stages");
  for (const { stage, outcome } of entry.stages) {
    const chip = element("span", "stage", stage + " ");
    chip.append(element("b", "", outcome));
    stages.append(chip);
  }

  const { fresh, cached, output, saved, estimated } = entry.tokens;
  const about = estimated ? "≈ " : "";
  made.append(at, model, answer, status, stages,
    numberCell("prompt", about + tokens(fresh + cached), cached ? `${tokens(cached)} cached` : ""),
    numberCell("output", about + tokens(output)),
    numberCell("cost", money(entry.cost_usd)),
    numberCell("saved", money(entry.saved_usd), saved ? `${tokens(saved)} tokens` : "", entry.saved_usd > 0 ? "saved" : ""),
    numberCell("overhead", duration(entry.overhead_us)),
    numberCell("total", duration(entry.total_us)));
  return made;
}

function showCalls(entries) {
  const body = $("calls");
  const known = new Map([...body.children].map(tr => [tr.dataset.id, tr])); // an entry never changes
  body.replaceChildren(...entries.reverse().map(entry => known.get(entry.id) || row(entry)));
}

// Start

$("curl").textContent = `curl ${location.origin}/v1/chat/completions \\
  -H 'Content-Type: application/json' \\
  -d '{"model": "gpt-4o-mini", "temperature": 0,
       "messages": [{"role": "user", "content": "Hello"}]}'`;
$("env").textContent = `export OPENAI_BASE_URL=${location.origin}/v1`;

for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText($(button.dataset.of).textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}

$("key").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem(KEPT, $("key-text").value.trim().replace(/[^\x20-\x7e]/g, "?")); // a header takes no more than ASCII
  $("key-text").value = "";
  poll();
});

$("ranges").addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  chosen = true;
  range(Number(button.dataset.minutes));
  poll();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const each of Object.values(charts ?? {})) each.destroy();
  charts = null; // colours are read when charts are made
  if (!$("full").hidden) showCharts();
});

document.addEventListener("visibilitychange", () => { if (!document.hidden) poll(); });
live();
