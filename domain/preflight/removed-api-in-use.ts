import { minorsBetween } from "../version-skew.ts";
import { type KnownFacts, preflightRule, type RuleFinding } from "./preflight-rule.ts";
import type { DeprecatedApi } from "./readings.ts";

/** Only a change of the minor takes APIs away. */
function goesUpAMinor({ cluster, targetVersion }: KnownFacts): boolean {
  return targetVersion !== null && minorsBetween(cluster.kubernetesVersion, targetVersion) !== 0;
}

/** Somebody calls what the new minor will not answer any more. The API server counts since its last start. */
export const removedApiRequested = preflightRule({
  code: "RemovedApiRequested",
  severity: "blocker",
  sentence:
    "Nobody asks the API server for a version of an API that the new minor no longer serves; a later removal is an info.",
  remedy: "Move the caller to the version that replaces it (kubernetes.io/docs/reference/using-api/deprecation-guide).",
  needs: ["deprecatedRequests"],
  applies: goesUpAMinor,
  check: (facts) => facts.deprecatedRequests.map((api) => judge(facts, api)),
});

/** What Git holds in a version that is gone fails at the next reconciliation. */
export const removedApiInManifests = preflightRule({
  code: "RemovedApiInManifests",
  severity: "blocker",
  sentence: "Nothing that Flux applies is written in a version of an API that the new minor no longer serves.",
  remedy: "Rewrite the manifests in Git for the version that replaces it, and let Flux apply them.",
  needs: ["deprecatedManifests"],
  applies: goesUpAMinor,
  check: (facts) => facts.deprecatedManifests.map((api) => judge(facts, api)),
});

function judge({ targetVersion }: KnownFacts, api: DeprecatedApi): RuleFinding {
  const { groupVersion, resource, removedIn, source } = api;
  // A negative distance: the target is at or past the removal.
  const isGone = removedIn !== null && (minorsBetween(removedIn, targetVersion ?? "") ?? 0) >= 0;
  const when = removedIn === null ? "is deprecated" : `is not served from ${removedIn} on`;
  return {
    subject: `${groupVersion} ${resource}`,
    message: `${groupVersion} ${resource} ${when} and is in use`,
    evidence: [source, ...(removedIn === null ? [] : [`removed in ${removedIn}, target ${targetVersion}`])],
    ...(isGone ? {} : { severity: "info" as const }),
  };
}
