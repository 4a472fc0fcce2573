import type { Severity } from "../../finding.ts";
import type { FleetCheck, FleetFinding } from "../fleet-check.ts";
import type { Place } from "../repository.ts";
import { REPOSITORY_RULES } from "../repository-rules.ts";
import { CLUSTER_RULES } from "../rules.ts";

const LEVELS: Readonly<Record<Severity, string>> = { blocker: "error", warning: "warning", info: "note" };

/**
 * A check as SARIF 2.1.0, for code scanning. What is found in several clusters at the same lines is one result, which names
 * them all: shared folders would otherwise fill the list.
 */
export function sarifOf(check: FleetCheck, version: string): object {
  const rules = [...CLUSTER_RULES, ...REPOSITORY_RULES];
  const findings = [...check.findings, ...check.clusters.flatMap((cluster) => cluster.findings)];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "drydock fleet check",
            semanticVersion: version,
            rules: rules.map(({ code, severity, sentence, remedy }) => ({
              id: code,
              shortDescription: { text: sentence },
              help: { text: remedy },
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        results: merged(findings).map(({ finding, clusters }) => ({
          ruleId: finding.code,
          ruleIndex: rules.findIndex(({ code }) => code === finding.code),
          level: LEVELS[finding.severity],
          message: { text: messageText(finding, clusters) },
          locations: finding.places.slice(0, 1).map(location),
          relatedLocations: finding.places.slice(1).map((place, index) => ({ id: index + 1, ...location(place) })),
          partialFingerprints: {
            drydockFinding: `${finding.code}/${finding.subject}/${finding.places[0]?.file ?? ""}`,
          },
          properties: { clusters, remedy: finding.remedy },
        })),
      },
    ],
  };
}

interface Merged {
  readonly finding: FleetFinding;
  readonly clusters: readonly string[];
}

function merged(findings: readonly FleetFinding[]): Merged[] {
  const byKey = new Map<string, { finding: FleetFinding; clusters: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.code, finding.severity, finding.message, finding.places]);
    const known = byKey.get(key) ?? { finding, clusters: [] };
    if (finding.cluster !== null) known.clusters.push(finding.cluster);
    byKey.set(key, known);
  }
  return [...byKey.values()];
}

function messageText({ message, remedy }: FleetFinding, clusters: readonly string[]): string {
  const shown = clusters.length > 5 ? `${clusters.length} clusters` : clusters.join(", ");
  return `${shown === "" ? "" : `${shown}: `}${message}. ${remedy}`;
}

function location({ file, line }: Place): object {
  return {
    physicalLocation: {
      artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/") },
      region: { startLine: line },
    },
  };
}
