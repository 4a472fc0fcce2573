import { spawnSync } from "node:child_process";

/** Runs the Azure CLI and answers what it printed. Throws Error with what it said, or when it is not there. */
export function az(...args: string[]): string {
  const isWindows = process.platform === "win32";
  const ran = spawnSync("az", args, { encoding: "utf8", stdio: ["inherit", "pipe", "pipe"], shell: isWindows });
  if (ran.error)
    throw new Error(`the Azure CLI cannot be run (${ran.error.message}); install it and sign in with az login`);
  if (ran.status !== 0) throw new Error(`az ${args.slice(0, 3).join(" ")} failed: ${ran.stderr.trim()}`);
  return ran.stdout.trim();
}
