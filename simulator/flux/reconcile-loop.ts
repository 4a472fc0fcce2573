import { z } from "zod";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import { keyOfObject, type ObjectChange } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import type { Collection } from "../state/store.ts";
import { REQUESTED_AT } from "./flux-status.ts";

const attemptSchema = z.object({
  /** `idle` until the next attempt, `working` until the attempt's end, `waiting` for the health of what was applied. */
  phase: z.enum(["idle", "working", "waiting"]),
  /** When the phase ends, on the world's clock. */
  untilMs: z.number(),
  /** What the last attempt was for. */
  cause: z.string(),
});

type Attempt = z.infer<typeof attemptSchema>;

/** What an attempt came to: try again so many seconds later, or wait at most so long for what was applied. */
export type Outcome = { readonly retrySeconds: number } | { readonly waitSeconds: number };

/** One kind's behaviour. The loop knows when, this knows what. */
export interface FluxKind {
  readonly name: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** How long an attempt takes, in seconds. */
  readonly workSeconds: number;
  /** Objects of this kind that another object's change concerns, as table keys. */
  concerns(change: ObjectChange, cluster: ClusterModel): readonly string[];
  /** What an attempt depends on beside the object itself; another text is a reason to try at once. */
  inputs(cluster: ClusterModel, object: KubernetesObject): string;
  /** Says that an attempt has begun. */
  begin(cluster: ClusterModel, resource: Resource, object: KubernetesObject): void;
  /** Makes the attempt and writes what came of it. */
  work(cluster: ClusterModel, resource: Resource, object: KubernetesObject): Outcome;
  /** Looks whether what was waited for has come; undefined while it has not. `isLate` when the wait is over. */
  check?(cluster: ClusterModel, resource: Resource, object: KubernetesObject, isLate: boolean): Outcome | undefined;
  /** Cleans up after an object that is being deleted. */
  finalize?(cluster: ClusterModel, resource: Resource, object: KubernetesObject): void;
}

/** A controller that attempts each object of a kind when it changes, when it is asked to, and at its interval. */
export function fluxController(kind: FluxKind): Controller {
  const attempts = new WeakMap<ClusterModel, Collection<Attempt>>();
  const attemptsOf = (cluster: ClusterModel) => {
    const known = attempts.get(cluster);
    if (known) return known;
    const name = `flux/${cluster.name}/${kind.name}`;
    const opened = cluster.world.store.collection(name, (value) => attemptSchema.parse(value));
    attempts.set(cluster, opened);
    return opened;
  };
  return {
    name: kind.name,

    keysOf(change, cluster) {
      const isOwn =
        change.resource.isCustom && change.resource.kind === kind.kind && groupOf(kind) === change.resource.group;
      return [...(isOwn ? [keyOfObject(change.object)] : []), ...kind.concerns(change, cluster)];
    },

    reconcile(cluster, key) {
      const resource = cluster.resourceOfKind(kind.apiVersion, kind.kind);
      const [namespace = "", name = ""] = key.split("/");
      const object = resource && cluster.tableOf(resource).find(namespace, name);
      const collection = attemptsOf(cluster);
      if (!resource || !object || object.metadata.deletionTimestamp !== undefined) {
        if (collection.get(key)) collection.delete(key);
        if (resource && object) kind.finalize?.(cluster, resource, object);
        return;
      }
      if (isObject(object.spec) && object.spec.suspend === true) {
        if (collection.get(key)) collection.delete(key);
        return;
      }
      new Turn(kind, cluster, resource, object, collection).take();
    },
  };
}

function groupOf({ apiVersion }: FluxKind): string {
  return apiVersion.slice(0, apiVersion.indexOf("/"));
}

/** One look at one object. */
class Turn {
  readonly #kind: FluxKind;
  readonly #cluster: ClusterModel;
  readonly #resource: Resource;
  readonly #object: KubernetesObject;
  readonly #attempts: Collection<Attempt>;
  readonly #key: string;
  readonly #nowMs: number;

  constructor(
    kind: FluxKind,
    cluster: ClusterModel,
    resource: Resource,
    object: KubernetesObject,
    attempts: Collection<Attempt>,
  ) {
    this.#kind = kind;
    this.#cluster = cluster;
    this.#resource = resource;
    this.#object = object;
    this.#attempts = attempts;
    this.#key = keyOfObject(object);
    this.#nowMs = cluster.world.nowMs;
  }

  take(): void {
    const known = this.#attempts.get(this.#key);
    const isDue = known !== undefined && this.#nowMs >= known.untilMs;
    const cause = this.#cause();
    if (known?.phase === "working") {
      if (isDue) this.#work(cause);
    } else if (known?.phase === "waiting" && known.cause === cause) {
      const outcome = this.#kind.check?.(this.#cluster, this.#resource, this.#object, isDue);
      if (outcome) this.#settle(cause, outcome);
    } else if (known === undefined || known.cause !== cause || (known.phase === "idle" && isDue)) {
      this.#begin(cause);
    }
  }

  #cause(): string {
    const { generation, annotations } = this.#object.metadata;
    const requested = annotations?.[REQUESTED_AT] ?? "";
    return `${generation} ${requested} ${this.#kind.inputs(this.#cluster, this.#object)}`;
  }

  #begin(cause: string): void {
    if (this.#cluster.instant) {
      this.#work(cause);
      return;
    }
    this.#keep("working", this.#kind.workSeconds, cause);
    this.#kind.begin(this.#cluster, this.#resource, this.#object);
  }

  #work(cause: string): void {
    this.#settle(cause, this.#kind.work(this.#cluster, this.#resource, this.#object));
  }

  #settle(cause: string, outcome: Outcome): void {
    if ("retrySeconds" in outcome) this.#keep("idle", outcome.retrySeconds, cause);
    else this.#keep("waiting", outcome.waitSeconds, cause);
  }

  #keep(phase: Attempt["phase"], seconds: number, cause: string): void {
    this.#attempts.put(this.#key, { phase, untilMs: Math.round(this.#nowMs + seconds * 1_000), cause });
    this.#cluster.enqueueLater(seconds, this.#kind.name, this.#key);
  }
}
