/**
 * Runs seeds one after the other in a process of its own, and writes a line of JSON for each. Worlds take the place of the
 * process's network and chance, and an app once loaded is never forgotten: processes are made for some seeds, and end.
 */
import { enableCompileCache } from "node:module";
import { parsedFolder } from "./ground-folders.ts";
import { runSeed } from "./run-seed.ts";

const [ground = "", ...seeds] = process.argv.slice(2);
enableCompileCache(parsedFolder(ground));
for (const seed of seeds.map(Number)) {
  process.send?.({ kind: "began", seed });
  process.send?.({ kind: "ended", result: await runSeed(seed, ground) });
}
process.disconnect?.();
process.exit(0);
