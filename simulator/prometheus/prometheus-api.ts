import { type Context, Hono } from "hono";
import type { AzureModel } from "../azure/azure-model.ts";
import { modelSeries } from "./model-series.ts";
import { evaluate, type QueryResult, type Sample, type SeriesSource } from "./promql-evaluate.ts";
import { durationMs, parseQuery } from "./promql-parser.ts";
import { QueryError } from "./promql-syntax.ts";
import type { WorkloadHistories } from "./workload-history.ts";

/** As Prometheus has it. */
const MOST_POINTS = 11_000;

/** Prometheus' HTTP API: `/api/v1/query` and `/api/v1/query_range`, by GET and POST. */
export function createPrometheus(azure: AzureModel, histories: WorkloadHistories): Hono {
  const app = new Hono();
  const source: SeriesSource = (selector) => modelSeries(azure, histories, selector);
  app.on(["GET", "POST"], "/api/v1/query", (context) =>
    answer(context, (parameters) => {
      azure.world.catchUp();
      const atMs = instantOf(parameters, "time", azure.world.nowMs);
      return instantData(evaluate(parseOf(parameters), source, atMs), atMs);
    }),
  );
  app.on(["GET", "POST"], "/api/v1/query_range", (context) =>
    answer(context, (parameters) => {
      azure.world.catchUp();
      return rangeData(parameters, source);
    }),
  );
  return app;
}

async function answer(context: Context, make: (parameters: URLSearchParams) => object): Promise<Response> {
  const { searchParams } = new URL(context.req.url);
  const parameters =
    context.req.method === "POST"
      ? new URLSearchParams([...searchParams, ...new URLSearchParams(await context.req.text())])
      : searchParams;
  try {
    return context.json({ status: "success", data: make(parameters) });
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return context.json({ status: "error", errorType: "bad_data", error: error.message }, 400);
  }
}

function parseOf(parameters: URLSearchParams) {
  try {
    return parseQuery(parameters.get("query") ?? "");
  } catch (error) {
    if (error instanceof QueryError) throw new QueryError(`invalid parameter "query": ${error.message}`);
    throw error;
  }
}

function instantData(result: QueryResult, atMs: number): object {
  if (result.kind === "scalar") return { resultType: "scalar", result: point(atMs, result.value) };
  const samples = result.samples.map(({ labels, value }) => ({ metric: labels, value: point(atMs, value) }));
  return { resultType: "vector", result: samples };
}

function rangeData(parameters: URLSearchParams, source: SeriesSource): object {
  const expression = parseOf(parameters);
  const [startMs, endMs] = [instantOf(parameters, "start"), instantOf(parameters, "end")];
  const stepMs = stepOf(parameters.get("step") ?? "");
  if (endMs < startMs) throw new QueryError('invalid parameter "end": end timestamp must not be before start time');
  if ((endMs - startMs) / stepMs > MOST_POINTS) {
    throw new QueryError("exceeded maximum resolution of 11,000 points per timeseries");
  }
  const rows = new Map<string, { metric: Sample["labels"]; values: Array<readonly [number, string]> }>();
  for (let atMs = startMs; atMs <= endMs; atMs += stepMs) {
    const result = evaluate(expression, source, atMs);
    const samples = result.kind === "scalar" ? [{ labels: {}, value: result.value }] : result.samples;
    for (const { labels, value } of samples) {
      const key = JSON.stringify(labels);
      const row = rows.get(key) ?? { metric: labels, values: [] };
      row.values.push(point(atMs, value));
      rows.set(key, row);
    }
  }
  return { resultType: "matrix", result: [...rows.values()] };
}

/** Seconds since the epoch, or RFC 3339. */
function instantOf(parameters: URLSearchParams, name: string, otherwise?: number): number {
  const text = parameters.get(name);
  if (text === null && otherwise !== undefined) return otherwise;
  const ms = /^\d+(\.\d+)?$/.test(text ?? "") ? Number(text) * 1_000 : Date.parse(text ?? "");
  if (Number.isNaN(ms))
    throw new QueryError(`invalid parameter "${name}": cannot parse "${text ?? ""}" to a valid timestamp`);
  return ms;
}

function stepOf(text: string): number {
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : durationMs(text);
  if (ms > 0) return ms;
  throw new QueryError(`invalid parameter "step": cannot parse "${text}" to a valid duration`);
}

function point(atMs: number, value: number): readonly [number, string] {
  const text = Number.isNaN(value) ? "NaN" : String(value).replace("Infinity", "Inf");
  return [atMs / 1_000, text];
}
