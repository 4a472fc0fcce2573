import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import { listAt, textAt } from "../objects/fields.ts";
import { isUnknown, objectText, placeOf } from "../objects/fleet-object.ts";
import { imagesOf, podOf } from "../references/pods.ts";

/** The registry of an image, by the rules of the container runtimes: without a host it is Docker Hub. */
export function registryOf(image: string): string {
  const slash = image.indexOf("/");
  const first = slash < 0 ? "" : image.slice(0, slash);
  return /[.:]/.test(first) || first === "localhost" ? first : "docker.io";
}

/** The registries that the workloads of a cluster pull from, sorted. What charts pull is not known. */
export function registriesOf(view: ClusterView): string[] {
  const images = view.objects.flatMap(({ object }) => imagesOf(object)).filter((image) => !isUnknown(image));
  return [...new Set(images.map(registryOf))].sort();
}

/** An Azure container registry that the new cluster is not attached to, and no secret to pull with. */
export const registryNotAttached: FleetRule = {
  code: "RegistryNotAttached",
  severity: "warning",
  sentence: "The cluster may pull from each Azure container registry that its images are in.",
  remedy: "Attach the registry (az aks update --attach-acr), or name it with --registry where it is.",
  check: ({ view, attachedRegistries }) => {
    if (attachedRegistries === null) return [];
    const found = new Map<string, RuleFinding>();
    for (const { object, unit } of view.objects) {
      const pod = podOf(object);
      if (!pod || listAt(pod.spec, "imagePullSecrets").length > 0) continue;
      const account = view.find(
        "ServiceAccount",
        object.namespace,
        textAt(pod.spec, "serviceAccountName") ?? "default",
      );
      if (listAt(account?.object.body, "imagePullSecrets").length > 0) continue;
      for (const image of imagesOf(object)) {
        const registry = registryOf(image);
        if (!registry.endsWith(".azurecr.io") || attachedRegistries.includes(registry) || found.has(registry)) continue;
        const message = `${objectText(object)} pulls from ${registry}, which the cluster is not attached to`;
        found.set(registry, { subject: unit.key, message, places: [placeOf(object, image)] });
      }
    }
    return [...found.values()];
  },
};

const MUTABLE = /^(?:latest|main|master|dev|develop|edge|nightly|stable|canary)$/;

/** A rebuilt cluster may get another program under the same name. */
export const imageTagMutable: FleetRule = {
  code: "ImageTagMutable",
  severity: "info",
  sentence: "Each image has a tag that stays what it is, or a digest.",
  remedy: "Name a version, or the digest of the one that runs.",
  check: ({ view }) => {
    const found = new Map<string, RuleFinding>();
    for (const { object, unit } of view.objects) {
      for (const image of imagesOf(object)) {
        if (isUnknown(image) || image.includes("@sha256:") || found.has(image)) continue;
        const [, tag] = /:([\w.-]+)$/.exec(image) ?? [];
        if (tag !== undefined && !MUTABLE.test(tag)) continue;
        const what = tag === undefined ? "without a tag" : `by the tag ${tag}, which moves`;
        const message = `${objectText(object)} names ${image} ${what}`;
        found.set(image, { subject: unit.key, message, places: [placeOf(object, image)] });
      }
    }
    return [...found.values()];
  },
};
