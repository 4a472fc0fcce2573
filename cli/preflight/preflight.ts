import type { ReadinessVerdict } from "../../domain/preflight/readiness.ts";
import { findConnection } from "../api/connection.ts";
import type { Output } from "../output/output.ts";
import { wantsColour } from "../view/paint.ts";
import { askReadiness, EXIT_CANNOT_TELL } from "./ask-readiness.ts";
import type { PreflightFlags } from "./preflight-flags.ts";
import { readinessLines } from "./readiness-text.ts";

const EXIT_CODES: Readonly<Record<ReadinessVerdict, number>> = {
  READY: 0,
  "NOT READY": 1,
  "CANNOT TELL": EXIT_CANNOT_TELL,
};

/** `drydock preflight`: asks the app how ready the fleet is, and prints it. Answers the exit code. Rejects with CommandFailure. */
export async function preflight(flags: PreflightFlags, out: Output, environment: NodeJS.ProcessEnv): Promise<number> {
  const { url, key } = findConnection(flags, environment);
  const { cluster, pool, to: version } = flags;
  const readiness = await askReadiness({ url, key, cluster, pool, version });
  const lines =
    flags.output === "json"
      ? [JSON.stringify(readiness, null, 2)]
      : readinessLines(readiness, wantsColour(out, environment));
  out.write(`${lines.join("\n")}\n`);
  return EXIT_CODES[readiness.verdict];
}
