/**
 * Checks a generated fleet repository of 200 clusters and 5,000 manifests with `drydock fleet check`, and prints how long it took
 * and what memory it needed at most. Needs `npm run build`. Ends with 1 when it took longer than 10 s, needed more than 1 GiB, or
 * found a blocker, as there is none.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFleetRepository } from "./bench/fleet-repository.ts";
import { median, peakMiBOf } from "./bench/measurement.ts";

const COMMAND = join(dirname(fileURLToPath(import.meta.url)), "..", "dist", "cli.js");
const CLUSTERS = 200;
const MANIFESTS = 5_000;
const SECONDS_MAX = 10;
const MIB_MAX = 1_024;
const RUNS = 3;

function run(directory: string): Promise<{ seconds: number; peakMiB: number; exitCode: number | null; last: string }> {
  return new Promise((resolve, reject) => {
    const startedMs = performance.now();
    const child = spawn(process.execPath, [COMMAND, "fleet", "check", directory], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let peakMiB = 0;
    let text = "";
    const timer = setInterval(() => {
      peakMiB = Math.max(peakMiB, peakMiBOf(child) ?? 0);
    }, 20);
    child.stdout.on("data", (chunk) => {
      text = `${text}${chunk}`.slice(-500);
    });
    child.on("error", reject);
    child.on("close", (exitCode) => {
      clearInterval(timer);
      const seconds = (performance.now() - startedMs) / 1_000;
      resolve({ seconds, peakMiB, exitCode, last: text.trim().split("\n").at(-1) ?? "" });
    });
  });
}

const directory = mkdtempSync(join(tmpdir(), "drydock-bench-fleet-"));
try {
  const { manifests, files } = writeFleetRepository(directory, CLUSTERS, MANIFESTS);
  const runs = [];
  for (let time = 0; time < RUNS; time += 1) runs.push(await run(directory));
  const seconds = median(runs.map((each) => each.seconds));
  const peakMiB = Math.max(...runs.map((each) => each.peakMiB));
  console.log(`Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model})`);
  console.log(`${CLUSTERS} clusters, ${manifests} manifests in ${files} files`);
  console.log(
    `median of ${RUNS}: ${seconds.toFixed(2)} s (bound ${SECONDS_MAX} s), peak ${Math.round(peakMiB)} MiB (bound ${MIB_MAX} MiB)`,
  );
  console.log(runs[0]?.last ?? "");
  const isWithin = seconds <= SECONDS_MAX && peakMiB <= MIB_MAX && runs.every(({ exitCode }) => exitCode === 0);
  if (!isWithin) console.error("bench:fleet-check: not as promised");
  process.exitCode = isWithin ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
