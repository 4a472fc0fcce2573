import { preflightRule } from "./preflight-rule.ts";
import type { FluxObject } from "./readings.ts";

/** What Flux does not bring up now cannot prove anything after the upgrade. */
export const fluxNotReady = preflightRule({
  code: "FluxNotReady",
  severity: "warning",
  sentence: "Every Flux source, Kustomization and HelmRelease that is not suspended is Ready.",
  remedy: "flux get all -A shows what fails; mend it, so that the proof after the upgrade means something.",
  needs: ["flux"],
  check: ({ flux }) =>
    flux
      .filter(({ isReady, isStalled, isSuspended }) => !isSuspended && (!isReady || isStalled))
      .map((object) => ({
        subject: `${object.namespace}/${object.name}`,
        message: `${nameOf(object)} ${object.isStalled ? "is stalled" : "is not Ready"}`,
        evidence: [object.why],
      })),
});

/** What is suspended does not repair itself, and does not follow its source. */
export const fluxSuspended = preflightRule({
  code: "FluxSuspended",
  severity: "info",
  sentence: "No Flux source, Kustomization or HelmRelease is suspended.",
  remedy: "flux resume it once the reason is gone.",
  needs: ["flux"],
  check: ({ flux }) =>
    flux
      .filter(({ isSuspended }) => isSuspended)
      .map((object) => ({
        subject: `${object.namespace}/${object.name}`,
        message: `${nameOf(object)} is suspended`,
        evidence: [`Ready: ${object.isReady}`],
      })),
});

function nameOf({ kind, namespace, name }: FluxObject): string {
  return `${kind} ${namespace}/${name}`;
}
