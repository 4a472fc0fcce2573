import type { FleetRule } from "../fleet-rule.ts";
import { textAt } from "../objects/fields.ts";
import { objectText, placeOf } from "../objects/fleet-object.ts";

/** A federated credential names the OIDC issuer of one cluster. A rebuilt cluster has another. */
export const workloadIdentity: FleetRule = {
  code: "WorkloadIdentity",
  severity: "warning",
  sentence: "Service accounts that are trusted by the issuer of one cluster are named.",
  remedy:
    "After the cluster is made, and before Flux begins, add a federated credential for the new issuer to the identity; keep it in Bicep.",
  check: ({ view }) =>
    view.kind("ServiceAccount").flatMap(({ object, unit }) => {
      const identity = textAt(object.body, "metadata", "annotations", "azure.workload.identity/client-id");
      if (identity === undefined) return [];
      const subject = `system:serviceaccount:${object.namespace ?? "default"}:${object.name}`;
      return [
        {
          subject: unit.key,
          message: `${objectText(object)} is a workload identity: a new cluster has a new OIDC issuer, which the identity does not trust`,
          places: [placeOf(object, "azure.workload.identity/client-id")],
          evidence: [`subject of the federated credential: ${subject}`],
        },
      ];
    }),
};
