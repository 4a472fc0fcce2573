import { join, resolve } from "node:path";
import type { ReadinessVerdict } from "../../domain/preflight/readiness.ts";
import { usageFailure } from "../failure.ts";
import { readHostKeys } from "../follow/operator-api.ts";
import { wantsColour } from "../view/paint.ts";
import { askReadiness, EXIT_CANNOT_TELL } from "./ask-readiness.ts";
import type { PreflightFlags } from "./preflight-flags.ts";
import { readinessLines } from "./readiness-text.ts";

const EXIT_CODES: Readonly<Record<ReadinessVerdict, number>> = {
  READY: 0,
  "NOT READY": 1,
  "CANNOT TELL": EXIT_CANNOT_TELL,
};

/** Where the answer goes. */
export interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** `drydock preflight`: asks the app how ready the fleet is, and prints it. Answers the exit code. Rejects with CommandFailure. */
export async function preflight(flags: PreflightFlags, out: Output, environment: NodeJS.ProcessEnv): Promise<number> {
  const { url, cluster, pool, to: version } = flags;
  const key = environment.DRYDOCK_KEY || keyIn(resolve(flags.state));
  const readiness = await askReadiness({ url, key, cluster, pool, version });
  const lines =
    flags.output === "json"
      ? [JSON.stringify(readiness, null, 2)]
      : readinessLines(readiness, wantsColour(out, environment));
  out.write(`${lines.join("\n")}\n`);
  return EXIT_CODES[readiness.verdict];
}

function keyIn(state: string): string {
  try {
    return readHostKeys(join(state, "host", "keys.json")).functionKey;
  } catch (error) {
    throw usageFailure(
      `There is no key in ${state}. Set DRYDOCK_KEY to a function key of the app, or start it.`,
      error,
    );
  }
}
