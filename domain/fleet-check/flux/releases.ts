import { textAt } from "../objects/fields.ts";
import { type FleetObject, keyText } from "../objects/fleet-object.ts";
import { baseName } from "../objects/paths.ts";
import type { FluxReference, OwnedObject, Release } from "./cluster-tree.ts";
import { HELM_GROUP, type HelmReleaseSpec, helmReleaseSchema } from "./flux-specs.ts";

type Find = (kind: string, namespace: string, name: string) => OwnedObject | undefined;

/** The HelmReleases among objects; those whose spec makes no sense, or that are for another cluster, are left out. */
export function releasesOf(objects: readonly OwnedObject[], find: Find): Release[] {
  return objects.flatMap(({ object, unit }) => {
    const spec = helmReleaseSchema.safeParse(object.body.spec);
    if (object.group !== HELM_GROUP || !spec.success || spec.data.kubeConfig !== undefined) return [];
    const namespace = object.namespace ?? "default";
    const source = sourceOf(spec.data, namespace);
    return [
      {
        key: keyText(namespace, object.name),
        object,
        unit,
        spec: spec.data,
        chart: chartOf(spec.data, source && find(source.kind, source.namespace, source.name)?.object),
        source,
        targetNamespace: spec.data.targetNamespace ?? namespace,
      },
    ];
  });
}

function sourceOf({ chart, chartRef }: HelmReleaseSpec, namespace: string): FluxReference | null {
  const reference = chart?.spec.sourceRef ?? chartRef;
  if (!reference) return null;
  return { kind: reference.kind, name: reference.name, namespace: reference.namespace ?? namespace };
}

function chartOf({ chart }: HelmReleaseSpec, source: FleetObject | null | undefined): string | null {
  if (chart) return baseName(chart.spec.chart);
  const named = textAt(source?.body, "spec", "url") ?? textAt(source?.body, "spec", "chart");
  return named === undefined ? null : baseName(named);
}
