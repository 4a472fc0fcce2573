import type { KubernetesResource } from "../kubernetes-resource.ts";

/** What every applied object gets. */
interface CommonMetadata {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** Gives an object the labels and annotations of `spec.commonMetadata`, over its own, as Flux does when it applies. */
export function withCommonMetadata(
  resource: KubernetesResource,
  common: CommonMetadata | undefined,
): KubernetesResource {
  if (!common) return resource;
  const { labels, annotations } = resource.metadata;
  const merged = (own: unknown, added: Readonly<Record<string, string>>) => ({
    ...(typeof own === "object" ? own : {}),
    ...added,
  });
  return {
    ...resource,
    metadata: {
      ...resource.metadata,
      ...(common.labels && { labels: merged(labels, common.labels) }),
      ...(common.annotations && { annotations: merged(annotations, common.annotations) }),
    },
  };
}
