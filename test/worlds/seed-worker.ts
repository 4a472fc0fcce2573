/**
 * Runs seeds one after the other in a process of its own, and tells each result. An app once loaded is never forgotten:
 * processes are made for some seeds, and end.
 */
import { enableCompileCache } from "node:module";
import { parsedFolder } from "./ground-folders.ts";
import { kernelWaits } from "./kernel-waits.ts";
import { runSeed } from "./run-seed.ts";

const [ground = "", watch = "", ...seeds] = process.argv.slice(2);
enableCompileCache(parsedFolder(ground));
// Connections are cut all the time, and an error is cheap without the whole way to it.
Error.stackTraceLimit = 4;
const waits = watch === "watch" ? kernelWaits() : undefined;
for (const seed of seeds.map(Number)) {
  process.send?.({ kind: "began", seed });
  const result = await runSeed(seed, ground);
  process.send?.({ kind: "ended", result: { ...result, kernelWaits: waits?.() ?? [] } });
}
process.disconnect?.();
process.exit(0);
