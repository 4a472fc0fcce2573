import { LineCounter, parseDocument, visit } from "yaml";
import { z } from "zod";
import { drainRulesSchema } from "./drain/drain-policy.ts";
import { preflightPolicySchema } from "./preflight/preflight-policy.ts";
import { type RestorePlan, restorePlanSchema } from "./restore/restore-plan.ts";
import { failureBudgetSchema, upgradePolicySchema } from "./ring-policy.ts";
import { clustersWithoutPrometheus, prometheusSchema, sloPolicySchema } from "./slo.ts";
import { DEFAULT_STALL_MINUTES } from "./stall.ts";
import { trafficSchema } from "./traffic.ts";
import { windowSchema } from "./window.ts";

const nameSchema = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "lower-case letters, digits and dashes");

const resourceIdSchema = z
  .string()
  .regex(
    /^\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/[^/\s]+\/providers\/Microsoft\.ContainerService\/managedClusters\/[^/\s]+$/i,
    "expected the resource id of a managed cluster: /subscriptions/…/resourceGroups/…/providers/Microsoft.ContainerService/managedClusters/…",
  );

/** How pods that need a decision are treated in a drain. */
export const drainPolicySchema = z.strictObject({
  /** Longest that one node may take. */
  timeoutMinutes: z.number().positive().max(1440).default(30),
  /** Pods that no controller will make again. */
  barePods: z.enum(["block", "delete"]).default("block"),
  /** Pods whose emptyDir volumes lose their data. */
  emptyDir: z.enum(["block", "delete"]).default("delete"),
  ...drainRulesSchema.shape,
});
export type DrainPolicy = z.infer<typeof drainPolicySchema> & {
  /** Longest without progress before that is told; without it DEFAULT_STALL_MINUTES. */
  readonly stallMinutes?: number;
};

const strategySchema = z.enum(["surge", "blueGreen"]);
type PoolStrategy = z.infer<typeof strategySchema>;

const poolPolicySchema = (strategy: PoolStrategy) =>
  z.strictObject({
    strategy: strategySchema.default(strategy),
    /** Nodes of one pool that are drained at the same time (blueGreen). */
    parallelDrains: z.int().positive().max(50).default(1),
    /** Wait between the last drain and the proof, before the old nodes go. */
    soakMinutes: z.number().min(0).max(1440).default(0),
    /** Whether AKS is to roll a pool back that it rolled, when it fails its proof or something gets worse in its soak (surge). */
    rollBack: z.boolean().default(true),
  });
export type PoolPolicy = z.infer<ReturnType<typeof poolPolicySchema>>;

/** How long a run waits for people. */
const gatesSchema = z.strictObject({
  /** Until an approval that nobody gave counts as declined. */
  approvalHours: z.number().positive().max(720).default(72),
  /** Until a halted ring that nobody took up ends the run. */
  haltHours: z.number().min(0).max(720).default(24),
});
export type GatePolicy = z.infer<typeof gatesSchema>;

export const ringSchema = z.strictObject({
  name: nameSchema,
  maxParallel: z.int().positive().max(100).default(1),
  /** Wait after the ring, before the next one begins. */
  soakMinutes: z.number().min(0).max(43_200).default(0),
  window: windowSchema.nullable().default(null),
  upgrades: upgradePolicySchema.prefault({}),
  /** Clusters that may fail before the ring halts. */
  failureBudget: failureBudgetSchema.default(0),
  /** Least share of the clusters that were begun which must be done before the next ring begins; see missingSuccess. */
  successRatePercent: z.number().min(0).max(100).optional(),
  /** How sure to be before a cluster of the ring is changed. */
  preflight: preflightPolicySchema.prefault({}),
  /** What is measured while pools and the ring soak. */
  slo: sloPolicySchema.prefault({}),
});
export type RingConfig = z.infer<typeof ringSchema>;

const clusterSchema = z.strictObject({
  name: nameSchema,
  resourceId: resourceIdSchema,
  ring: nameSchema,
  /** Where its measures are asked for, if not where its ring says. */
  prometheus: prometheusSchema.optional(),
});
export type ClusterConfig = z.infer<typeof clusterSchema>;

/** Clusters that are found by their tags, anew at each run, in the subscriptions that the app may read. */
const discoverySchema = z
  .strictObject({
    /** Every one of them must be there, with this value; "*" for any value. */
    tags: z
      .record(z.string().min(1).max(512), z.string().min(1).max(256))
      .refine((tags) => Object.keys(tags).length > 0, {
        error: "at least one tag: without any, every cluster would be found",
      }),
    /** Ids; without them all that the app may read. */
    subscriptions: z.array(z.guid()).min(1).optional(),
    /** The ring of all that are found, … */
    ring: nameSchema.optional(),
    /** … or the tag that names the ring of each. */
    ringTag: z.string().min(1).max(512).optional(),
  })
  .refine(({ ring, ringTag }) => (ring === undefined) !== (ringTag === undefined), {
    error: "either ring or ringTag says to which ring the clusters belong",
  });
export type Discovery = z.infer<typeof discoverySchema>;

/** fleet.yaml. Unknown members are mistakes. */
export const fleetConfigSchema = z
  .strictObject({
    fleet: nameSchema,
    rings: z.array(ringSchema).min(1),
    clusters: z.array(clusterSchema).default([]),
    discover: z.array(discoverySchema).default([]),
    upgrade: z
      .strictObject({
        systemPools: poolPolicySchema("surge").prefault({}),
        userPools: poolPolicySchema("blueGreen").prefault({}),
        drain: drainPolicySchema.prefault({}),
        /** Longest that a drain or a roll may make no progress before that is told. */
        stallMinutes: z.number().positive().max(1440).default(DEFAULT_STALL_MINUTES),
        gates: gatesSchema.prefault({}),
        /** What is moved from service to service while a pool is replaced. */
        traffic: z.array(trafficSchema).max(20).default([]),
      })
      .prefault({}),
    /** Which backups are proven by restoring them, how and how often. */
    restoreTests: restorePlanSchema.optional(),
    notifications: z.strictObject({ teams: z.boolean().default(true) }).prefault({}),
  })
  .superRefine((config, context) => {
    const rings = new Set(config.rings.map((ring) => ring.name));
    const unique = (kind: "rings" | "clusters", key: (index: number) => string | undefined, what: string) => {
      const seen = new Set<string>();
      for (const index of config[kind].keys()) {
        const value = key(index);
        if (value !== undefined && seen.has(value)) {
          context.addIssue({ code: "custom", path: [kind, index], message: `${what} "${value}" stands twice` });
        }
        if (value !== undefined) seen.add(value);
      }
    };
    if (config.clusters.length === 0 && config.discover.length === 0) {
      context.addIssue({
        code: "custom",
        path: ["clusters"],
        message: "there are no clusters, and nothing to discover",
      });
    }
    for (const [index, { ring }] of config.discover.entries()) {
      if (ring === undefined || rings.has(ring)) continue;
      context.addIssue({ code: "custom", path: ["discover", index, "ring"], message: `there is no ring "${ring}"` });
    }
    for (const { path, message } of clustersWithoutPrometheus(config)) {
      context.addIssue({ code: "custom", path, message });
    }
    for (const { path, message } of testsOfNoCluster(config)) {
      context.addIssue({ code: "custom", path, message });
    }
    unique("rings", (index) => config.rings[index]?.name, "the ring");
    unique("clusters", (index) => config.clusters[index]?.name, "the cluster");
    unique("clusters", (index) => config.clusters[index]?.resourceId.toLowerCase(), "the resource id");
    for (const [index, cluster] of config.clusters.entries()) {
      if (!rings.has(cluster.ring)) {
        context.addIssue({
          code: "custom",
          path: ["clusters", index, "ring"],
          message: `there is no ring "${cluster.ring}"`,
        });
      }
    }
  });
export type FleetConfig = z.infer<typeof fleetConfigSchema>;

/** Restore tests of clusters that are not there. What is discovered is known when a run begins, and told then. */
function testsOfNoCluster(config: {
  readonly clusters: readonly ClusterConfig[];
  readonly discover: readonly Discovery[];
  readonly restoreTests?: RestorePlan | undefined;
}): Array<{ path: Array<string | number>; message: string }> {
  if (config.discover.length > 0) return [];
  const known = new Set(config.clusters.map(({ name }) => name));
  return (config.restoreTests?.clusters ?? []).flatMap(({ cluster }, index) => {
    const path = ["restoreTests", "clusters", index, "cluster"];
    return known.has(cluster) ? [] : [{ path, message: `there is no cluster "${cluster}"` }];
  });
}

/** How the nodes of a fleet are drained. */
export function drainPolicyOf({ drain, stallMinutes }: FleetConfig["upgrade"]): DrainPolicy {
  return { ...drain, stallMinutes };
}

/** A mistake in fleet.yaml and where it is. Lines and columns count from 1. */
export interface ConfigMistake {
  readonly path: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads fleet.yaml: the configuration, or every mistake in it. */
export function parseFleetConfig(text: string): { config: FleetConfig } | { mistakes: ConfigMistake[] } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const flaws = [...document.errors, ...document.warnings, ...unknownAliases(document)];
  if (flaws.length > 0) {
    return {
      mistakes: flaws.map(({ code, message, pos: [offset] }) => {
        const { line, col } = lines.linePos(offset);
        return {
          path: "",
          line,
          column: col,
          message: code === "MULTIPLE_DOCS" ? "a second document begins" : message,
        };
      }),
    };
  }
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // Aliases that multiply beyond measure.
    return {
      mistakes: [{ path: "", line: 1, column: 1, message: error instanceof Error ? error.message : String(error) }],
    };
  }
  const parsed = fleetConfigSchema.safeParse(content);
  if (parsed.success) return { config: parsed.data };
  return {
    mistakes: parsed.error.issues.map((issue) => {
      const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
      const { line, col } = lines.linePos(offsetOf(document, path));
      return { path: path.join("."), line, column: col, message: issue.message };
    }),
  };
}

interface Flaw {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, ...number[]];
}

/** Aliases of no anchor: the YAML library meets them only when it makes values, and then throws. */
function unknownAliases(document: ReturnType<typeof parseDocument>): Flaw[] {
  const found: Flaw[] = [];
  visit(document, {
    Alias: (_key, alias) => {
      if (alias.resolve(document)) return;
      const message = `there is no anchor &${alias.source} before this alias`;
      found.push({ code: "BAD_ALIAS", message, pos: [alias.range?.[0] ?? 0] });
    },
  });
  return found;
}

/** Where the node at a path begins, or the nearest one above it that exists. */
function offsetOf(document: ReturnType<typeof parseDocument>, path: ReadonlyArray<string | number>): number {
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const range = (node as { range?: readonly number[] } | null | undefined)?.range;
    if (range?.[0] !== undefined) return range[0];
  }
  return 0;
}

/** Mistakes as lines of text, `fleet.yaml:LINE:COLUMN path: message`. */
export function describeMistakes(file: string, mistakes: readonly ConfigMistake[]): string {
  return mistakes
    .map(({ path, line, column, message }) => `${file}:${line}:${column} ${path === "" ? "" : `${path}: `}${message}`)
    .join("\n");
}
