import { hashText } from "../../random.ts";
import type { ObjectDraft } from "./object-table.ts";
import type { KubernetesObject, Metadata, PodTemplate } from "./objects.ts";

const HASH_ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** What a controller adds to its template for one pod. */
export interface PodExtras {
  readonly name: string;
  readonly ownerReferences: NonNullable<Metadata["ownerReferences"]>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A pod made from a workload's template. */
export function podFromTemplate(owner: KubernetesObject, template: PodTemplate, extras: PodExtras): ObjectDraft {
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: extras.name,
      namespace: owner.metadata.namespace,
      labels: { ...labels, ...extras.labels },
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: extras.ownerReferences,
    },
    spec: { restartPolicy: "Always", ...template.spec, ...extras.spec },
    status: { phase: "Pending" },
  };
}

/** A short name for the content of a template, stable as long as nothing in it changes. */
export function templateHash(template: PodTemplate): string {
  let hash = hashText(JSON.stringify(template));
  let text = "";
  for (let index = 0; index < 9; index += 1) {
    text += HASH_ALPHABET.charAt(hash % HASH_ALPHABET.length);
    hash = index === 4 ? hashText(text) : Math.floor(hash / HASH_ALPHABET.length);
  }
  return text;
}
