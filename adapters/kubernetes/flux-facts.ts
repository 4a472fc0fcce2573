import { z } from "zod";
import type { DeprecatedApi, FluxObject } from "../../domain/preflight/readings.ts";
import { removalOf } from "../../domain/preflight/removed-apis.ts";

/** The Flux kinds that a preflight looks at, and where they are listed. */
export const FLUX_LISTS = [
  { kind: "GitRepository", path: "/apis/source.toolkit.fluxcd.io/v1/gitrepositories" },
  { kind: "OCIRepository", path: "/apis/source.toolkit.fluxcd.io/v1/ocirepositories" },
  { kind: "Kustomization", path: "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations" },
  { kind: "HelmRelease", path: "/apis/helm.toolkit.fluxcd.io/v2/helmreleases" },
] as const;

const fluxShape = z.object({
  metadata: z.object({ namespace: z.string().default(""), name: z.string(), generation: z.number().nullish() }),
  spec: z.object({ suspend: z.boolean().nullish() }).nullish(),
  status: z
    .object({
      observedGeneration: z.number().nullish(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish(),
          }),
        )
        .nullish(),
      inventory: z.object({ entries: z.array(z.object({ id: z.string(), v: z.string() })).nullish() }).nullish(),
    })
    .nullish(),
});

/** How a Flux object stands: Ready counts only for the generation that its controller has seen (kstatus). */
export function fluxObject(kind: string, value: unknown): FluxObject {
  const { metadata, spec, status } = fluxShape.parse(value);
  const conditions = status?.conditions ?? [];
  const of = (type: string) => conditions.find((condition) => condition.type === type);
  const isCurrent = (status?.observedGeneration ?? -1) >= (metadata.generation ?? 0);
  const stalled = of("Stalled");
  const said = stalled?.status === "True" ? stalled : of("Ready");
  return {
    kind,
    namespace: metadata.namespace,
    name: metadata.name,
    isReady: isCurrent && of("Ready")?.status === "True",
    isStalled: stalled?.status === "True",
    isSuspended: spec?.suspend === true,
    why: said ? `${said.reason ?? said.type}: ${said.message ?? ""}`.trim() : "its controller has not looked at it yet",
  };
}

/**
 * The versions of APIs that Kubernetes removes in which a Kustomization has applied something: Flux keeps them in its inventory
 * (`namespace_name_group_kind` and the version).
 */
export function deprecatedInventory(value: unknown): DeprecatedApi[] {
  const { metadata, status } = fluxShape.parse(value);
  return (status?.inventory?.entries ?? []).flatMap(({ id, v }) => {
    const parts = id.split("_");
    const [group = "", kind = ""] = parts.slice(-2);
    const groupVersion = group === "" ? v : `${group}/${v}`;
    const removedIn = removalOf(groupVersion, kind);
    if (removedIn === null) return [];
    const source = `Kustomization ${metadata.namespace}/${metadata.name} applies ${parts[0]}/${parts[1]}`;
    return [{ groupVersion, resource: kind, removedIn, source }];
  });
}
