import { readCluster } from "../../../adapters/kubernetes/drain/forecast-reader.ts";
import type { KubernetesTransport } from "../../../adapters/kubernetes/drain/transport.ts";
import { forecastDrain, type NodeForecast } from "../../../domain/drain/forecast/forecast.ts";
import { filterPod } from "../../../domain/drain/kubectl-filters.ts";
import { EXIT_FAILED } from "../../failure.ts";
import { paint, wantsColour } from "../../view/paint.ts";
import { checkNodes } from "../check-nodes.ts";
import { consentOf } from "../consent.ts";
import type { DrainFlags } from "../drain-flags.ts";
import { type DrainEnvironment, withApiServer } from "../with-api-server.ts";

/**
 * `drydock drain --plan`: says for each node whether a drain with these flags would end, and what would stop it; touches
 * nothing. Answers the exit code: 0 when every node is READY, 1 otherwise.
 */
export function showPlan(names: readonly string[], flags: DrainFlags, place: DrainEnvironment): Promise<number> {
  return withApiServer(names, flags, place, (transport) => planWith(transport, names, flags, place));
}

async function planWith(
  transport: KubernetesTransport,
  names: readonly string[],
  flags: DrainFlags,
  { out, environment }: DrainEnvironment,
): Promise<number> {
  const { selector, podSelector } = flags;
  const consent = consentOf(flags);
  const [check, cluster] = await Promise.all([
    checkNodes(transport, { names, selector, podSelector, consent }),
    readCluster(transport),
  ]);
  const nowMs = Date.now();
  const { missingDaemonSets } = check;
  const chosen = new Set(check.nodes.flatMap(({ pods }) => [...pods.objects.keys()]));
  const forecasts = forecastDrain({
    ...cluster,
    nodes: check.nodes.map(({ node }) => node.name),
    judge: (pod) =>
      podSelector !== undefined && !chosen.has(pod.uid)
        ? { kind: "leave", reason: "policy" }
        : filterPod(pod, { consent, nowMs, missingDaemonSets }).verdict,
    objections: new Map(check.nodes.map(({ node, errors }) => [node.name, errors])),
    timeoutSeconds: flags.timeout === 0 ? null : flags.timeout / 1_000,
    nowMs,
  });
  const isReady = forecasts.every(({ verdict }) => verdict === "READY");
  if (flags.output === "json") out.write(`${JSON.stringify({ ready: isReady, nodes: forecasts })}\n`);
  else out.write(`${forecasts.flatMap((forecast) => planLines(forecast, wantsColour(out, environment))).join("\n")}\n`);
  return isReady ? 0 : EXIT_FAILED;
}

const TONES = { READY: "done", "NOT READY": "failed", "CANNOT TELL": "waiting" } as const;

function planLines(forecast: NodeForecast, isColoured: boolean): string[] {
  const { node, verdict, findings } = forecast;
  return [
    `node/${node}  ${paint(verdict, TONES[verdict], isColoured)}  ${expectation(forecast)}`,
    ...findings.flatMap(({ code, message, evidence, remedy }) => [
      `  ${code}: ${message}`,
      ...evidence.map((line) => `    ${line}`),
      `    -> ${remedy}`,
    ]),
  ];
}

function expectation({ pods, waves, leastSeconds }: NodeForecast): string {
  const rounds = waves === null ? "never done" : `${waves} ${waves === 1 ? "wave" : "waves"}`;
  const least = leastSeconds === null || waves === null ? "" : `, at least ${Math.round(leastSeconds)} s`;
  return `${pods} pods to move, ${rounds}${waves !== null && leastSeconds === null ? ", time unknown" : least}`;
}
