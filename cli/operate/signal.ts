import { z } from "zod";
import { type SignalKind, signalKindSchema } from "../../domain/run-control.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { runPath } from "./run-path.ts";
import type { SignalFlags } from "./signal-command.ts";

const takenSchema = z.object({
  id: z.string(),
  signal: signalKindSchema,
  gate: z.string().nullable(),
  by: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
});

/** Tells a run something, and prints that it was taken in. Answers the exit code. Rejects with CommandFailure. */
export async function signal(kind: SignalKind, id: string, flags: SignalFlags, place: Place): Promise<number> {
  const connection = findConnection(flags, place.environment);
  const { by, reason, gate, output } = flags;
  const body = { signal: kind, by, reason, ...(gate !== undefined && { gate }) };
  const taken = await askJson(connection, { method: "POST", path: `${runPath(id)}/signals`, body }, takenSchema);
  printAnswer(place.out, output, taken, () => {
    const what = taken.gate === null ? "" : ` for ${taken.gate}`;
    return [`Run ${taken.id} has taken it in: ${kind}${what}, by ${taken.by}.`];
  });
  return 0;
}
