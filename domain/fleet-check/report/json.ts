import type { FleetCheck } from "../fleet-check.ts";

/** A check as data: clusters with their units, registries and findings, and the findings of the repository. */
export function fleetCheckJson({ clusters, findings }: FleetCheck): object {
  return {
    clusters: clusters.map(({ name, path, objects, registries, tree, findings: own }) => ({
      name,
      path,
      objects,
      registries,
      units: tree.units.map((unit) => ({
        key: unit.key,
        path: unit.path,
        parent: unit.parent,
        dependsOn: unit.dependsOn,
        waits: unit.spec?.wait ?? false,
        objects: unit.objects.length,
        problem: unit.problem?.kind ?? null,
      })),
      findings: own,
    })),
    findings,
  };
}
