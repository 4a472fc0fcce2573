import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { type Ground, layGround } from "./ground.ts";
import type { SeedResult } from "./run-seed.ts";

/** Seeds that one process runs before it is replaced; each leaves some memory behind. */
const SEEDS_PER_PROCESS = 20;
/** A world that takes longer, in real time, will not end. */
const STUCK_MS = 120_000;

/** How seeds are run. */
export interface RunSeedsOptions {
  readonly bundle: string;
  readonly processes?: number;
  /** Whether to look for waits that the seed does not decide; slow. */
  readonly watchesKernel?: boolean;
  /** Called as each ends, in the order in which they end; answer true to stop. */
  readonly onResult: (result: SeedResult) => boolean | undefined;
}

/** Runs seeds in several processes. Rejects when a process fails, or a world gets stuck, with the seed. */
export async function runSeeds(seeds: readonly number[], options: RunSeedsOptions): Promise<void> {
  const chunks: number[][] = [];
  for (let from = 0; from < seeds.length; from += SEEDS_PER_PROCESS) {
    chunks.push(seeds.slice(from, from + SEEDS_PER_PROCESS));
  }
  const ground = await layGround(options.bundle);
  let stopped = false;
  const lane = async () => {
    for (let chunk = chunks.shift(); chunk && !stopped; chunk = chunks.shift()) {
      await runChunk(ground, chunk, options, () => {
        stopped = true;
      });
    }
  };
  const lanes = Math.min(options.processes ?? availableParallelism(), chunks.length);
  try {
    await Promise.all(Array.from({ length: lanes }, lane));
  } finally {
    ground.remove();
  }
}

type Message =
  | { readonly kind: "began"; readonly seed: number }
  | { readonly kind: "ended"; readonly result: SeedResult };

function runChunk(ground: Ground, seeds: readonly number[], options: RunSeedsOptions, stop: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const watch = options.watchesKernel ? "watch" : "";
    const child: ChildProcess = fork(ground.program, [ground.directory, watch, ...seeds.map(String)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      // What a world makes is short-lived: with more room for it, there is less to tidy up.
      execArgv: ["--max-semi-space-size=32"],
    });
    let current = seeds[0] ?? 0;
    let stderr = "";
    let watchdog: NodeJS.Timeout | undefined;
    const finish = (error?: Error) => {
      clearTimeout(watchdog);
      child.kill("SIGKILL");
      if (error) reject(error);
      else resolve();
    };
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr += chunk;
    });
    child.on("message", (message: Message) => {
      if (message.kind === "began") {
        current = message.seed;
        clearTimeout(watchdog);
        watchdog = setTimeout(() => finish(new Error(`seed ${current} is stuck`)), STUCK_MS);
      } else if (options.onResult(message.result)) {
        stop();
        finish();
      }
    });
    child.once("exit", (code, signal) => {
      clearTimeout(watchdog);
      if (code === 0 || signal === "SIGKILL") resolve();
      else reject(new Error(`seed ${current} ended its process with ${code ?? signal}: ${stderr.slice(-2_000)}`));
    });
  });
}
