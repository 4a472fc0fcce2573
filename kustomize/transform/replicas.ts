import { type FieldSpec, visitField } from "../fields/field-spec.ts";
import type { ReplicaRule } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { isOfType } from "../resource/resource-id.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { setScalar } from "../yaml/node.ts";

/**
 * Sets the number of replicas of workloads that are, or were once, called so (kustomize ReplicaCountTransformer).
 * Throws a RenderProblem when there is none.
 */
export function setReplicas(
  set: ResourceSet,
  { name = "", count = 0 }: ReplicaRule,
  fields: readonly FieldSpec[],
): void {
  let found = false;
  for (const spec of fields) {
    const type = { group: spec.group ?? "", version: spec.version ?? "", kind: spec.kind ?? "" };
    for (const resource of set.byAnyId((id) => id.name === name && isOfType(id, type))) {
      found = true;
      visitField(
        resource,
        spec,
        (node) => {
          if (node.kind !== "scalar") throw new RenderProblem("replicas must be a number");
          setScalar(node, String(count), "!!int");
        },
        "scalar",
      );
    }
  }
  if (!found) throw new RenderProblem(`replicas: there is no workload called ${name}`);
}
