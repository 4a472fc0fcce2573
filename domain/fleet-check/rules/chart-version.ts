import type { Severity } from "../../finding.ts";
import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule } from "../fleet-rule.ts";
import type { Release } from "../flux/cluster-tree.ts";
import { fieldsAt, textAt } from "../objects/fields.ts";
import { placeOf } from "../objects/fleet-object.ts";

const PINNED = /^[v=]?\s*\d+\.\d+\.\d+(?:[-+][\w.+-]+)?$/;

/** A chart that floats: what is rebuilt is not what ran. */
export const chartVersionNotPinned: FleetRule = {
  code: "ChartVersionNotPinned",
  severity: "warning",
  sentence: "Each HelmRelease names one version of its chart.",
  remedy: "Name one version; let a bot, or image automation, raise it by a commit.",
  check: ({ view }) =>
    view.releases.flatMap((release) => {
      const version = versionOf(view, release);
      if (version === null || PINNED.test(version.text) || version.text.includes("${")) return [];
      const isRange = version.text !== "" && version.text !== "*" && version.text !== "latest";
      const severity: Severity = isRange ? "info" : "warning";
      const told =
        version.text === "" ? "names no version of its chart" : `takes any version that fits ${version.text}`;
      return [
        {
          subject: release.key,
          message: `HelmRelease ${release.key} ${told}: a rebuilt cluster gets the newest`,
          places: [placeOf(release.object, isRange ? version.text : "chart")],
          severity,
        },
      ];
    }),
};

/** The version that a release asks for; empty for none, null where it cannot be told, as a chart in Git has the version of its commit. */
function versionOf(view: ClusterView, { spec, source }: Release): { readonly text: string } | null {
  if (spec.chart) {
    const isInGit = source?.kind === "GitRepository" || source?.kind === "Bucket";
    return isInGit ? null : { text: spec.chart.spec.version ?? "" };
  }
  const object = source && view.find(source.kind, source.namespace, source.name)?.object;
  if (!object) return null;
  if (object.kind === "HelmChart") return { text: textAt(object.body, "spec", "version") ?? "" };
  const reference = fieldsAt(object.body, "spec", "ref");
  if (textAt(reference, "digest") !== undefined) return null;
  return { text: textAt(reference, "tag") ?? textAt(reference, "semver") ?? "" };
}
