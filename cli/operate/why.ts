import { type Standing, type Why, whySchema } from "../../domain/why.ts";
import { askJson } from "../api/api-client.ts";
import { findConnection } from "../api/connection.ts";
import { instantText } from "../output/instant-text.ts";
import { type Place, printAnswer } from "../output/output.ts";
import { printable } from "../view/fit-width.ts";
import { paint, type Tone, wantsColour } from "../view/paint.ts";
import type { WhyFlags } from "./why-command.ts";

const TONES: Readonly<Record<Standing, Tone>> = {
  "up-to-date": "done",
  behind: "active",
  waiting: "waiting",
  "in-progress": "active",
  blocked: "failed",
  unknown: "waiting",
};

/** `drydock why`: why a cluster was or was not upgraded. Answers the exit code. Rejects with CommandFailure. */
export async function why(cluster: string, flags: WhyFlags, { out, err, environment }: Place): Promise<number> {
  const connection = findConnection(flags, environment);
  if (err.isTTY) err.write(`Looking into ${cluster}.\n`);
  const answer = await askJson(connection, { path: `fleet/${encodeURIComponent(cluster)}/why` }, whySchema);
  printAnswer(out, flags.output, answer, () => whyLines(answer, wantsColour(out, environment)));
  return 0;
}

function whyLines({ cluster, ring, standing, sentences, next }: Why, isColoured: boolean): string[] {
  const at = next.at === null ? "" : `${instantText(next.at)}, `;
  return [
    `${cluster} (ring ${ring}): ${paint(standing, TONES[standing], isColoured)}`,
    ...sentences.map((sentence) => `  ${printable(sentence)}`),
    `Next: ${at}${next.by}: ${printable(next.reason)}`,
  ];
}
