import { z } from "zod";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOf } from "../kubernetes/model/object-table.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import type { Resource } from "../kubernetes/model/resources.ts";
import { hashText } from "../random.ts";
import { durationSeconds } from "./duration.ts";
import type { FluxPorts } from "./flux-ports.ts";
import { failed, observed, progressing, statusOf, succeeded, tell, writeStatus } from "./flux-status.ts";
import type { FluxKind, Outcome } from "./reconcile-loop.ts";
import { missingSecret } from "./source-controllers.ts";
import { chooseTag } from "./tag-policy.ts";

const IMAGE_API = "image.toolkit.fluxcd.io/v1";
const COMPONENT = "image-reflector-controller";
const RETRY_SECONDS = 60;

const repositorySpec = z.looseObject({
  image: z.string(),
  interval: z.string(),
  secretRef: z.looseObject({ name: z.string() }).optional(),
  exclusionList: z.array(z.string()).default([]),
});

const policySpec = z.looseObject({
  imageRepositoryRef: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
  policy: z.record(z.string(), z.unknown()),
  filterTags: z.unknown().optional(),
});

const scannedStatus = z.looseObject({
  lastScanResult: z
    .looseObject({ latestTags: z.array(z.string()).optional(), revision: z.string().optional() })
    .optional(),
  /** All tags of the last scan; the real controller keeps them in its database. */
  canonicalImageName: z.string().optional(),
});

/** ImageRepository: scans the tags of an image at its interval. */
export function imageRepositoryKind({ tags }: FluxPorts): FluxKind {
  return {
    name: "imagerepository",
    apiVersion: IMAGE_API,
    kind: "ImageRepository",
    workSeconds: 1,
    concerns: () => [],
    inputs: () => "",
    begin: (cluster, resource, object) => void writeStatus(cluster, resource, object, progressing("scanning")),
    work(cluster, resource, object) {
      const spec = repositorySpec.parse(object.spec);
      const problem = missingSecret(cluster, object, spec.secretRef?.name);
      if (problem) return fail(cluster, resource, object, problem.reason, problem.message);
      const found = tags.tagsOf(spec.image);
      if (!found) {
        const path = spec.image.slice(spec.image.indexOf("/") + 1);
        const cause = `GET https://${spec.image.split("/")[0]}/v2/${path}/tags/list: NAME_UNKNOWN: repository name not known to registry`;
        return fail(cluster, resource, object, "ReadOperationFailed", cause);
      }
      const kept = found.filter((tag) => !spec.exclusionList.some((pattern) => new RegExp(pattern).test(tag)));
      const lastScanResult = {
        revision: hashText(kept.join("\n")).toString(16),
        tagCount: kept.length,
        scanTime: cluster.nowText(),
        latestTags: [...kept].sort().reverse(),
      };
      const message = `successful scan: found ${kept.length} tags`;
      const fields = { ...observed(object), canonicalImageName: spec.image, lastScanResult };
      writeStatus(cluster, resource, object, succeeded("Succeeded", message), fields);
      return { retrySeconds: durationSeconds(spec.interval) ?? RETRY_SECONDS };
    },
  };
}

function fail(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  reason: string,
  message: string,
): Outcome {
  writeStatus(cluster, resource, object, failed(reason, message), observed(object));
  tell(cluster, object, COMPONENT, { type: "Warning", reason, message });
  return { retrySeconds: RETRY_SECONDS };
}

function repositoryOf(cluster: ClusterModel, object: KubernetesObject): KubernetesObject | undefined {
  const { imageRepositoryRef: reference } = policySpec.parse(object.spec);
  const resource = cluster.resourceOfKind(IMAGE_API, "ImageRepository");
  return resource && cluster.tableOf(resource).find(reference.namespace ?? object.metadata.namespace, reference.name);
}

/** ImagePolicy: chooses among the tags that its repository's scan found. */
export const imagePolicyKind: FluxKind = {
  name: "imagepolicy",
  apiVersion: IMAGE_API,
  kind: "ImagePolicy",
  workSeconds: 1,
  concerns({ resource }, cluster) {
    if (!resource.isCustom || resource.kind !== "ImageRepository") return [];
    const policies = cluster.resourceOfKind(IMAGE_API, "ImagePolicy");
    return policies
      ? cluster
          .tableOf(policies)
          .list()
          .map(({ metadata }) => keyOf(metadata.namespace, metadata.name))
      : [];
  },
  inputs(cluster, object) {
    const repository = repositoryOf(cluster, object);
    return (repository && scannedStatus.parse(statusOf(repository)).lastScanResult?.revision) ?? "";
  },
  begin: (cluster, resource, object) => void writeStatus(cluster, resource, object, progressing("processing object")),
  work(cluster, resource, object) {
    const spec = policySpec.parse(object.spec);
    const repository = repositoryOf(cluster, object);
    const { name } = spec.imageRepositoryRef;
    if (!repository) {
      const message = `failed to get the referred ImageRepository: imagerepositories.image.toolkit.fluxcd.io "${name}" not found`;
      return fail(cluster, resource, object, "DependencyNotReady", message);
    }
    const { lastScanResult, canonicalImageName } = scannedStatus.parse(statusOf(repository));
    if (!lastScanResult) {
      return fail(
        cluster,
        resource,
        object,
        "DependencyNotReady",
        "referenced ImageRepository has not been scanned yet",
      );
    }
    return choose(cluster, resource, object, canonicalImageName ?? "", lastScanResult.latestTags ?? []);
  },
};

function choose(
  cluster: ClusterModel,
  resource: Resource,
  object: KubernetesObject,
  image: string,
  tags: readonly string[],
): Outcome {
  const spec = policySpec.parse(object.spec);
  let tag: string | undefined;
  try {
    tag = chooseTag(tags, spec.policy, spec.filterTags);
  } catch (error) {
    return fail(cluster, resource, object, "InvalidPolicy", error instanceof Error ? error.message : String(error));
  }
  if (tag === undefined) {
    return fail(cluster, resource, object, "Failure", "version list argument cannot be empty");
  }
  const before = statusOf(object).latestRef;
  const latestRef = { name: image, tag };
  const isNew = JSON.stringify(before) !== JSON.stringify(latestRef);
  const message = `Latest image tag for ${image} resolved to ${tag}`;
  const previous = isNew && before !== undefined ? { observedPreviousRef: before } : {};
  writeStatus(cluster, resource, object, succeeded("Succeeded", message), {
    ...observed(object),
    latestRef,
    ...previous,
  });
  if (isNew) tell(cluster, object, COMPONENT, { type: "Normal", reason: "Succeeded", message });
  return { retrySeconds: 600 };
}
