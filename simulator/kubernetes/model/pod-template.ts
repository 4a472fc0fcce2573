import { hashText } from "../../random.ts";
import type { ClusterModel } from "./cluster-model.ts";
import { generateName } from "./names.ts";
import type { KubernetesObject, Metadata, Pod, PodTemplate } from "./objects.ts";

const HASH_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** What a controller adds to its template for one pod. */
export interface PodExtras {
  /** The pod's name; without one it is generated from the owner's. */
  readonly name?: string;
  readonly ownerReferences: NonNullable<Metadata["ownerReferences"]>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Partial<Pod["spec"]>;
}

const PENDING = { phase: "Pending" };

/** Creates a pod from a workload's template. What pods of a template have in common, they share in memory. */
export function createPod(
  cluster: ClusterModel,
  owner: KubernetesObject,
  template: PodTemplate,
  extras: PodExtras,
): Pod {
  const { labels, annotations } = template.metadata ?? {};
  const { namespace } = owner.metadata;
  const table = cluster.table("pods");
  const isTaken = (name: string) => table.find(namespace, name) !== undefined;
  const name = extras.name ?? generateName(cluster.random, `${owner.metadata.name}-`, isTaken);
  const given: Partial<Metadata> & { name: string } = { name, ownerReferences: extras.ownerReferences };
  if (namespace !== undefined) given.namespace = namespace;
  if (extras.labels) given.labels = { ...labels, ...extras.labels };
  else if (labels) given.labels = labels;
  if (annotations) given.annotations = annotations;
  const spec = { restartPolicy: "Always", ...template.spec, ...extras.spec };
  return table.add(given, (metadata) => ({ apiVersion: "v1", kind: "Pod", metadata, spec, status: PENDING }));
}

const hashes = new WeakMap<PodTemplate, string>();

/** A short name for the content of a template, stable as long as nothing in it changes. */
export function templateHash(template: PodTemplate): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  let hash = hashText(JSON.stringify(template));
  let text = "";
  for (let index = 0; index < 9; index += 1) {
    text += HASH_ALPHABET.charAt(hash % HASH_ALPHABET.length);
    hash = index === 4 ? hashText(text) : Math.floor(hash / HASH_ALPHABET.length);
  }
  hashes.set(template, text);
  return text;
}
