import type { ClusterModel } from "../../simulator/kubernetes/model/cluster-model.ts";
import type { ObjectChange } from "../../simulator/kubernetes/model/object-table.ts";
import type { Pod } from "../../simulator/kubernetes/model/objects.ts";
import { isPodReady, isPodTerminating } from "../../simulator/kubernetes/model/pod-state.ts";
import { matchesSelector } from "../../simulator/kubernetes/model/selectors.ts";
import type { Simulator } from "../../simulator/simulator.ts";
import { EmptyNodes } from "./empty-nodes.ts";
import type { Trace } from "./trace.ts";

/** A change of Azure that somebody asked for over HTTP. */
export interface Mutation {
  readonly atMs: number;
  readonly cluster: string;
  readonly what: string;
}

/** What was seen from inside of the simulated Azure; the app cannot see or change it. */
export interface Observations {
  readonly mutations: readonly Mutation[];
  /** Budgets that were broken. */
  readonly brokenBudgets: readonly string[];
  /** Pods that somebody deleted past the eviction API. */
  readonly deletedPods: readonly string[];
  readonly requests: number;
  readonly nodes: EmptyNodes;
}

/** Watches the simulated Azure. */
export class Observer implements Observations {
  readonly mutations: Mutation[] = [];
  readonly brokenBudgets: string[] = [];
  readonly deletedPods: string[] = [];
  readonly nodes = new EmptyNodes();
  requests = 0;
  /** Whether people, not programs, are changing something: what that breaks is not the app's doing. */
  meddling = false;
  readonly #trace: Trace;
  readonly #nowMs: () => number;

  constructor(trace: Trace, nowMs: () => number) {
    this.#trace = trace;
    this.#nowMs = nowMs;
  }

  /** To be told of each answer (SimulatorOptions.onAnswer). */
  answered(request: Request, status: number): void {
    this.requests += 1;
    const path = new URL(request.url).pathname;
    const what = describe(request.method, path);
    if (what === undefined || this.meddling) return;
    this.#trace.add(`${what.text} -> ${status}`);
    if (status >= 300) return;
    if (what.deletesPod) this.deletedPods.push(`${what.cluster}: ${path}`);
    if (what.mutates) this.mutations.push({ atMs: this.#nowMs(), cluster: what.cluster, what: what.text });
  }

  /** Looks at every change of a cluster's pods from now on. */
  watch(simulator: Simulator, cluster: string): void {
    const model = simulator.azure.kubernetes(cluster);
    for (const pod of model.table("pods").list()) this.nodes.add(cluster, pod);
    model.log.subscribe((change) => {
      if (change.resource.plural === "pods") {
        const [before, after] = [change.before as Pod | undefined, change.object as Pod];
        this.nodes.changed(cluster, this.#nowMs(), before, change.type === "DELETED" ? undefined : after);
      }
      this.#changed(model, change);
    });
  }

  #changed(model: ClusterModel, { resource, type, before, object }: ObjectChange): void {
    if (resource.plural !== "pods" || this.meddling) return;
    const [was, is] = [before as Pod | undefined, object as Pod];
    const left = was && isHealthy(was) && (type === "DELETED" || isPodTerminating(is));
    if (!left) return;
    for (const budget of model.table("poddisruptionbudgets").list(is.metadata.namespace)) {
      const { selector } = budget.spec;
      if (!selector || !matchesSelector(selector, is.metadata.labels)) continue;
      const pods = model.table("pods").list(is.metadata.namespace);
      const healthy = pods.filter((pod) => matchesSelector(selector, pod.metadata.labels) && isHealthy(pod)).length;
      const desired = budget.status?.desiredHealthy ?? 0;
      if (healthy < desired) {
        const text = `${model.name}: ${budget.metadata.namespace}/${budget.metadata.name} needs ${desired} and has ${healthy} after ${is.metadata.name} went`;
        this.brokenBudgets.push(text);
        this.#trace.add(`BUDGET BROKEN ${text}`);
      }
    }
  }
}

function isHealthy(pod: Pod): boolean {
  return isPodReady(pod) && !isPodTerminating(pod);
}

interface Described {
  readonly cluster: string;
  readonly text: string;
  readonly mutates: boolean;
  readonly deletesPod: boolean;
}

/** What a request that changes something asks for; undefined for all others. */
function describe(method: string, path: string): Described | undefined {
  if (method === "GET") return undefined;
  const pool = /\/managedClusters\/([^/]+)\/agentPools\/([^/]+)(?:\/([^/]+))?$/i.exec(path);
  if (pool) {
    const [, cluster = "", name, action = ""] = pool;
    return { cluster, text: `${method} ${cluster}/${name} ${action}`.trim(), mutates: true, deletesPod: false };
  }
  const object = /^\/kubernetes\/([^/]+)\/(?:api|apis\/[^/]+)\/v1\/(.+)$/.exec(path);
  if (object) {
    const [, cluster = "", rest = ""] = object;
    const isPod = /^namespaces\/[^/]+\/pods\/[^/]+$/.test(rest);
    return {
      cluster,
      text: `${method} ${cluster} ${rest}`,
      mutates: true,
      deletesPod: method === "DELETE" && isPod,
    };
  }
  if (path.startsWith("/teams/")) return { cluster: "", text: "POST card", mutates: false, deletesPod: false };
  return undefined;
}
