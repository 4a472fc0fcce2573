import { z } from "zod";
import { durationText } from "../../domain/duration-text.ts";
import {
  type MonthOfProof,
  monthOfProofSchema,
  type ProofAge,
  proofAgeSchema,
} from "../../domain/restore/proof-history.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { instantText } from "../output/instant-text.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { wantsColour } from "../view/paint.ts";
import type { TrendsFlags } from "./trends-command.ts";

const trendsSchema = z.looseObject({ months: z.array(monthOfProofSchema), ages: z.array(proofAgeSchema) });

const GIB = 1024 ** 3;

/** `drydock trends`: shows how restore tests went. Answers the exit code. Rejects with CommandFailure. */
export async function trends(
  cluster: string | undefined,
  { months, output, ...flags }: TrendsFlags,
  { out, environment }: Place,
): Promise<number> {
  const connection = findConnection(flags, environment);
  const of = cluster === undefined ? "" : `&cluster=${encodeURIComponent(cluster)}`;
  const answer = await askJson(connection, { path: `trends?months=${months}${of}` }, trendsSchema);
  printAnswer(out, output, answer, () => trendLines(answer, wantsColour(out, environment)));
  return 0;
}

function trendLines({ months, ages }: z.infer<typeof trendsSchema>, isColoured: boolean): string[] {
  if (ages.length === 0) return ["fleet.yaml has no restoreTests: no backup is tested."];
  const proof = tableLines<ProofAge>(
    ages,
    [
      ["CLUSTER", ({ cluster }) => cluster],
      ["PROVEN", ({ lastPassedAt }) => (lastPassedAt === null ? "never" : instantText(lastPassedAt))],
      ["AGE", ({ days }) => (days === null ? "" : `${days} d`)],
      ["LAST TEST", ({ lastVerdict }) => lastVerdict ?? "none"],
    ],
    isColoured,
  );
  if (months.length === 0) return proof;
  const trend = tableLines<MonthOfProof>(
    months,
    [
      ["CLUSTER", ({ cluster }) => cluster],
      ["MONTH", ({ month }) => month],
      ["TESTS", ({ tests }) => `${tests}`],
      ["VERDICT", ({ verdict }) => verdict],
      ["RPO", ({ rpoMs, rpoObjectiveMs }) => against(rpoMs, rpoObjectiveMs)],
      ["RTO", ({ rtoMs, rtoObjectiveMs }) => against(rtoMs, rtoObjectiveMs)],
      ["SIZE", ({ bytes }) => (bytes === null ? "" : `${(bytes / GIB).toFixed(1)} GiB`)],
    ],
    isColoured,
  );
  return [...proof, "", ...trend];
}

/** As in `6 h 30 min of 1 d`. */
function against(measuredMs: number | null, objectiveMs: number | null): string {
  if (measuredMs === null) return "";
  return `${durationText(measuredMs)}${objectiveMs === null ? "" : ` of ${durationText(objectiveMs)}`}`;
}
