/**
 * Drains the same nodes with `kubectl drain` and with `drydock drain`, side by side on the same simulated API server over TLS,
 * and prints how long each took, the bound below which no drain can go, what the API server was asked, and peak memory.
 * Needs `npm run build` and kubectl on the PATH, and takes about five minutes, nearly all of it kubectl's. `--write` puts the
 * table into docs/benchmarks.md; `--only NAME` measures one scene. Ends with 1 when drydock loses anywhere.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DrainScene, openDrainWorld, POD_START_SECONDS, POD_STOP_SECONDS } from "./bench/drain-world.ts";
import { median, peakMiBOf } from "./bench/measurement.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const DOCUMENT = join(root, "docs", "benchmarks.md");
const MARKS = ["<!-- bench:drain begins -->", "<!-- bench:drain ends -->"] as const;
/** How much longer than the bound a drain of ours may take. */
const RATIO_MAX = 1.15;

interface Scene extends DrainScene {
  readonly name: string;
  readonly what: string;
  readonly drydockFlags: readonly string[];
  /** How often drydock is measured; kubectl is measured once. */
  readonly runs: number;
}

const SCENES: readonly Scene[] = [
  {
    name: "free",
    what: "1 node, 110 pods, no budgets",
    nodes: 1,
    deployments: 11,
    replicas: 10,
    maxUnavailable: null,
    drydockFlags: [],
    runs: 5,
  },
  {
    name: "budgets",
    what: "1 node, 110 pods, 11 budgets that spare one of 10",
    nodes: 1,
    deployments: 11,
    replicas: 10,
    maxUnavailable: 1,
    drydockFlags: [],
    runs: 1,
  },
  {
    name: "fleet",
    what: "10 nodes, 110 pods, 11 budgets that spare one of 10",
    nodes: 10,
    deployments: 11,
    replicas: 10,
    maxUnavailable: 1,
    drydockFlags: ["--parallel", "10"],
    runs: 1,
  },
];

interface Outcome {
  readonly seconds: number;
  /** CPU time of the API server (and of this script, which is little) while the drain went on. */
  readonly busySeconds: number;
  readonly peakMiB: number;
  readonly counts: ReadonlyMap<string, number>;
}

function roundsOf({ replicas, maxUnavailable }: DrainScene): number {
  return maxUnavailable === null ? 1 : Math.ceil(replicas / maxUnavailable);
}

/**
 * What no drain can undercut: the first pod of each budget goes at once, the last when all others have their successors, and
 * then it stops; and the last eviction of a round must wait until this API server, which has one thread, has served the others.
 */
function boundSeconds(scene: DrainScene, { busySeconds }: Outcome): number {
  const rounds = roundsOf(scene);
  return (rounds - 1) * POD_START_SECONDS + POD_STOP_SECONDS + busySeconds / rounds;
}

async function measure(scene: Scene, tool: "kubectl" | "drydock", home: string): Promise<Outcome> {
  const world = await openDrainWorld(scene);
  try {
    const environment = { ...process.env, HOME: home, KUBECONFIG: world.kubeconfig };
    // What kubectl keeps of discovery in a file is there for whoever has used it before.
    if (tool === "kubectl") await run(["kubectl", "get", "nodes"], environment);
    world.resetCounts();
    const program = tool === "kubectl" ? ["kubectl"] : [process.execPath, join(root, "dist/cli.js")];
    const flags = tool === "kubectl" ? [] : scene.drydockFlags;
    const before = process.cpuUsage();
    const { seconds, peakMiB } = await run([...program, "drain", "-l", world.selector, ...flags], environment);
    const { user, system } = process.cpuUsage(before);
    if (world.podsLeft() > 0) throw new Error(`${tool} left ${world.podsLeft()} pods`);
    return { seconds, peakMiB, busySeconds: (user + system) / 1e6, counts: new Map(world.counts()) };
  } finally {
    await world.close();
  }
}

function run([command = "", ...args]: string[], env: NodeJS.ProcessEnv): Promise<{ seconds: number; peakMiB: number }> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(command, args, { env, stdio: ["ignore", "ignore", "pipe"] });
    let peakMiB = 0;
    let stderr = "";
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, peakMiBOf(child) ?? 0);
    }, 20);
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      clearInterval(timer);
      const seconds = (performance.now() - startedMs) / 1_000;
      if (code === 0) resolve({ seconds, peakMiB });
      else reject(new Error(`${command} ended with ${code}: ${stderr.slice(-500)}`));
    });
  });
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts].reduce((sum, [verb, count]) => sum + (verb === "refused" ? 0 : count), 0);
}

function describe(counts: ReadonlyMap<string, number>): string {
  const verbs = [...counts].filter(([verb]) => verb !== "refused").sort(([a], [b]) => (a < b ? -1 : 1));
  return verbs.map(([verb, count]) => `${count} ${verb}`).join(", ");
}

/** What of a drain of ours is not as promised. */
function losses(scene: Scene, kubectl: Outcome, drydock: Outcome): string[] {
  const ratio = drydock.seconds / boundSeconds(scene, drydock);
  return [
    ...(drydock.seconds > kubectl.seconds ? [`${scene.name}: slower than kubectl`] : []),
    ...(ratio > RATIO_MAX ? [`${scene.name}: ${ratio.toFixed(2)} times the bound`] : []),
    ...(total(drydock.counts) > total(kubectl.counts) ? [`${scene.name}: more requests than kubectl`] : []),
  ];
}

function row(scene: Scene, tool: string, outcome: Outcome, kubectl: Outcome): string[] {
  const bound = boundSeconds(scene, outcome);
  return [
    scene.what,
    tool,
    `${outcome.seconds.toFixed(2)} s`,
    `${outcome.busySeconds.toFixed(2)} s`,
    `${bound.toFixed(2)} s`,
    `${(outcome.seconds / bound).toFixed(2)} x`,
    `${(kubectl.seconds / outcome.seconds).toFixed(1)} x`,
    `${total(outcome.counts)}: ${describe(outcome.counts)}`,
    String(outcome.counts.get("refused") ?? 0),
    `${Math.round(outcome.peakMiB)} MiB`,
  ];
}

const HEADINGS = [
  "scene",
  "tool",
  "wall time",
  "API server busy",
  "bound",
  "to bound",
  "kubectl / it",
  "requests",
  "refused",
  "peak memory",
];

function table(rows: readonly string[][]): string {
  const widths = HEADINGS.map((heading, index) =>
    Math.max(heading.length, ...rows.map((cells) => cells[index]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill = " ") =>
    `| ${widths.map((width, index) => (cells[index] ?? "").padEnd(width, fill)).join(" | ")} |`;
  return [line(HEADINGS), line([], "-"), ...rows.map((cells) => line(cells))].join("\n");
}

function writeDocument(text: string): void {
  const document = readFileSync(DOCUMENT, "utf8");
  const [begin, end] = MARKS.map((mark) => document.indexOf(mark));
  if (begin === undefined || end === undefined || begin < 0 || end < begin)
    throw new Error(`${DOCUMENT} lacks its marks`);
  writeFileSync(DOCUMENT, `${document.slice(0, begin)}${MARKS[0]}\n\n${text}\n\n${document.slice(end)}`);
}

const { values } = parseArgs({ options: { write: { type: "boolean", default: false }, only: { type: "string" } } });
if (!existsSync(join(root, "dist/cli.js"))) {
  console.error("bench:drain: dist/cli.js is not there; run npm run build first.");
  process.exit(2);
}
const home = mkdtempSync(join(tmpdir(), "drydock-bench-"));
const rows: string[][] = [];
const lost: string[] = [];
try {
  for (const scene of SCENES.filter(({ name }) => values.only === undefined || values.only === name)) {
    const own: Outcome[] = [];
    for (let time = 0; time < scene.runs; time += 1) own.push(await measure(scene, "drydock", home));
    const middle = median(own.map(({ seconds }) => seconds));
    const drydock = own.find(({ seconds }) => seconds === middle);
    const kubectl = await measure(scene, "kubectl", home);
    if (!drydock) throw new Error("the median is none of the values");
    rows.push(row(scene, "kubectl drain", kubectl, kubectl), row(scene, "drydock drain", drydock, kubectl));
    lost.push(...losses(scene, kubectl, drydock));
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
const machine = `Node ${process.version} on ${process.platform} ${process.arch}, ${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB; pods start in ${POD_START_SECONDS} s and stop in ${POD_STOP_SECONDS} s`;
const text = `${machine}\n\n${table(rows)}`;
console.log(text);
if (values.write) writeDocument(text);
for (const loss of lost) console.error(`bench:drain: ${loss}`);
process.exitCode = lost.length === 0 ? 0 : 1;
