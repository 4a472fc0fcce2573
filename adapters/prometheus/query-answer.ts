import { z } from "zod";
import { DrydockError, failureOfStatus, terminal } from "../../domain/errors.ts";
import type { PromSample } from "../../domain/slo.ts";

const valueSchema = z.tuple([z.number(), z.string()]);

/** An answer to an instant query (prometheus.io/docs/prometheus/latest/querying/api). */
const answerSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("success"),
    data: z.discriminatedUnion("resultType", [
      z.object({
        resultType: z.literal("vector"),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: valueSchema })),
      }),
      z.object({ resultType: z.literal("scalar"), result: valueSchema }),
    ]),
  }),
  z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() }),
]);

/**
 * Reads what a Prometheus answered to an instant query. Throws DrydockError: what it refused, in its own words, and what is no
 * answer of a Prometheus.
 *
 * @param asked as in `ask SLO errors of prod-weu`
 */
export function readAnswer({ status, body }: { status: number; body: string }, asked: string): PromSample[] {
  const parsed = answerSchema.safeParse(parseJson(body));
  if (parsed.success && parsed.data.status === "error") {
    const { errorType, error } = parsed.data;
    const message = `could not ${asked}: ${status} ${errorType}: ${firstLine(error)}`;
    throw new DrydockError(failureOfStatus(status, errorType, message, null));
  }
  if (status !== 200) {
    throw new DrydockError(failureOfStatus(status, "", `could not ${asked}: the answer was ${status}`, null));
  }
  if (!parsed.success || parsed.data.status === "error") {
    const place = parsed.error?.issues[0]?.path.map(String).join(".") || "the whole answer";
    const message = `could not ${asked}: the answer is not that of an instant query (${place})`;
    throw new DrydockError(terminal("Invalid", message));
  }
  const { data } = parsed.data;
  if (data.resultType === "scalar") return [{ labels: {}, value: numberOf(data.result[1]) }];
  return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: numberOf(text) }));
}

/** Prometheus writes numbers as text, for JSON has no NaN and no infinity. */
function numberOf(text: string): number {
  const signed = /^([+-]?)Inf$/.exec(text);
  if (signed) return signed[1] === "-" ? -Infinity : Infinity;
  return text === "" ? Number.NaN : Number(text);
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
