import { z } from "zod";
import type { HealthProblem } from "./health.ts";
import { urlMistake } from "./preflight/check-address.ts";

/** What Azure Managed Prometheus takes tokens for (learn.microsoft.com/azure/azure-monitor/metrics/prometheus-api-promql). */
const AZURE_AUDIENCE = "https://prometheus.monitor.azure.com";
/** Where a token for Azure's audience may go: query endpoints of Azure Monitor workspaces, and this machine. */
const AZURE_HOST = /(^|\.)prometheus\.monitor\.azure\.(com|cn|us)$|^(localhost|127\.0\.0\.1|\[::1\])$/;
const SERVICE = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?):([a-z0-9-]{1,15})$/;

/** Where PromQL is asked: Azure Managed Prometheus, or one that runs in the cluster itself. */
export const prometheusSchema = z
  .strictObject({
    /** Query endpoint of the Azure Monitor workspace, or of another Prometheus; https, or http to this machine. */
    endpoint: z.string().max(2048).optional(),
    /** What the app's token for the endpoint is for; "" sends none. */
    audience: z.string().max(2048).default(AZURE_AUDIENCE),
    /** In its place: `namespace/name:port` of a service, asked through the cluster's own API server. */
    service: z.string().regex(SERVICE, "expected namespace/name:port of a service").optional(),
    /** How the service speaks. */
    scheme: z.enum(["http", "https"]).default("http"),
  })
  .superRefine(({ endpoint, service, audience }, context) => {
    if ((endpoint === undefined) === (service === undefined)) {
      const message = "either endpoint or service says where the Prometheus is";
      context.addIssue({ code: "custom", path: [], message });
    }
    if (endpoint === undefined) return;
    const mistake = urlMistake(endpoint) ?? tokenMistake(endpoint, audience);
    if (mistake !== null) context.addIssue({ code: "custom", path: ["endpoint"], message: mistake });
  });
export type PrometheusSource = z.infer<typeof prometheusSchema>;

/** A token for Azure Monitor reads every workspace that the app may read: it goes to Azure alone. */
function tokenMistake(endpoint: string, audience: string): string | null {
  if (audience !== AZURE_AUDIENCE || AZURE_HOST.test(new URL(endpoint).hostname)) return null;
  return 'this is no host of Azure Monitor: say for whom its token is (audience), or audience: "" for none';
}

/** The parts of a service as `namespace/name:port` has them. */
export function serviceParts(service: string): { namespace: string; name: string; port: string } {
  const [, namespace = "", name = "", port = ""] = SERVICE.exec(service) ?? [];
  return { namespace, name, port };
}

/** A level that a measure has to keep. */
export const sloSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes"),
    /** PromQL, asked as of now; `{cluster}` stands for the managed cluster's name. */
    query: z.string().min(1).max(4000),
    /** Most that every sample may be. */
    max: z.number().optional(),
    /** Least that every sample must be. */
    min: z.number().optional(),
    /** How long it has to be broken before it counts; two looks running in any case. */
    forMinutes: z.number().min(0).max(1440).default(0),
  })
  .refine(({ max, min }) => max !== undefined || min !== undefined, { error: "max or min says what is kept" })
  .refine(({ max, min }) => max === undefined || min === undefined || min <= max, { error: "min is above max" });
export type Slo = z.infer<typeof sloSchema>;

/** What a ring measures while it soaks. */
export const sloPolicySchema = z.strictObject({
  /** Of the ring's clusters; one that names its own is asked there. */
  prometheus: prometheusSchema.optional(),
  /** What it means when a query has no answer: a warning, or as if it were broken. */
  cannotTell: z.enum(["warn", "halt"]).default("warn"),
  queries: z
    .array(sloSchema)
    .max(20)
    .refine((slos) => new Set(slos.map(({ name }) => name)).size === slos.length, { error: "a name stands twice" })
    .default([]),
});
type SloPolicy = z.infer<typeof sloPolicySchema>;

/** What is measured of one cluster, and where. */
export interface ClusterSlo extends Pick<SloPolicy, "cannotTell" | "queries"> {
  readonly prometheus: PrometheusSource;
}

/** What is measured of a cluster of a ring; nothing where the ring has no queries. */
export function clusterSlo(policy: SloPolicy, own: PrometheusSource | undefined): { readonly slo?: ClusterSlo } {
  const prometheus = own ?? policy.prometheus;
  if (policy.queries.length === 0 || prometheus === undefined) return {};
  return { slo: { prometheus, cannotTell: policy.cannotTell, queries: policy.queries } };
}

interface MeasuredFleet {
  readonly rings: ReadonlyArray<{ readonly name: string; readonly slo: SloPolicy }>;
  readonly clusters: ReadonlyArray<{ readonly ring: string; readonly prometheus?: PrometheusSource | undefined }>;
  readonly discover: ReadonlyArray<{ readonly ring?: string | undefined }>;
}

/** Mistakes of a fleet whose rings have queries that nobody could be asked: a ring without a Prometheus of its own. */
export function clustersWithoutPrometheus({ rings, clusters, discover }: MeasuredFleet) {
  return rings.flatMap(({ name, slo }, index) => {
    if (slo.queries.length === 0 || slo.prometheus !== undefined) return [];
    const isFound = discover.some(({ ring }) => ring === undefined || ring === name);
    const isLeft = clusters.some(({ ring, prometheus }) => ring === name && prometheus === undefined);
    if (!isFound && !isLeft) return [];
    const message = "there are queries, and no Prometheus for all of the ring's clusters: say slo.prometheus";
    return [{ path: ["rings", index, "slo"], message }];
  });
}

/** Names of managed clusters (1 to 63 letters, digits, dashes, underscores) mean nothing in a string of PromQL. */
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,63}$/;

/** A query about one cluster; null when its name could mean more than a name within a query. */
export function sloQuery(query: string, cluster: string): string | null {
  if (!query.includes("{cluster}")) return query;
  return PLAIN_NAME.test(cluster) ? query.replaceAll("{cluster}", () => cluster) : null;
}

/** A sample of an answer. */
export interface PromSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What came of a query. */
export type SloReading =
  | { readonly read: true; readonly samples: readonly PromSample[] }
  | { readonly read: false; readonly why: string };

/** What a reading says of a level: kept (null), broken, or not to be told. No sample at all is no proof of anything. */
export function sloProblem(
  cluster: string,
  slo: Slo,
  reading: SloReading,
  cannotTell: ClusterSlo["cannotTell"],
): HealthProblem | null {
  const { name, max, min, forMinutes } = slo;
  const subject = `slo/${name}`;
  const unknown = (why: string): HealthProblem => {
    const message = `SLO ${name} of ${cluster} cannot be told: ${why}`;
    return { cluster, code: "SloUnknown", subject, message, ...(cannotTell === "warn" ? { isOnlyTold: true } : {}) };
  };
  if (!reading.read) return unknown(reading.why);
  const broken = reading.samples.find(({ value }) => value > (max ?? Infinity) || value < (min ?? -Infinity));
  if (broken) {
    const limit = broken.value > (max ?? Infinity) ? `at most ${max}` : `at least ${min}`;
    const message = `SLO ${name} of ${cluster} is ${rounded(broken.value)}${labelText(broken)}; ${limit} is asked for`;
    return { cluster, code: "SloBroken", subject, message, forMinutes };
  }
  if (reading.samples.length === 0) return unknown("its query answers no sample");
  if (reading.samples.some(({ value }) => Number.isNaN(value))) return unknown("its query answers NaN");
  return null;
}

function rounded(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
}

/** Labels of a sample, as PromQL writes them; a few are enough to find it. */
function labelText({ labels }: PromSample): string {
  const shown = Object.entries(labels).slice(0, 6);
  if (shown.length === 0) return "";
  return ` {${shown.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(", ")}}`;
}
