import type { Finding } from "./finding.ts";
import type { ClusterConfig, Discovery, FleetConfig } from "./fleet-config.ts";

/** A managed cluster as Resource Graph tells of it. */
export interface FoundCluster {
  readonly resourceId: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** The fleet with the clusters that were found, and what was odd about them. */
export interface DiscoveredFleet {
  readonly config: FleetConfig;
  readonly findings: readonly Finding[];
}

/**
 * Adds the clusters that were found to those that fleet.yaml names. A cluster that stands in fleet.yaml, or was found before,
 * stays as it is; one whose tag names no ring of the fleet, or whose name another cluster has, is left out with a finding.
 *
 * @param found what each entry of `discover` found, in order
 */
export function addDiscovered(config: FleetConfig, found: ReadonlyArray<readonly FoundCluster[]>): DiscoveredFleet {
  const clusters: ClusterConfig[] = [...config.clusters];
  const findings: Finding[] = [];
  const rings = new Set(config.rings.map(({ name }) => name));
  for (const [index, discovery] of config.discover.entries()) {
    const ordered = (found[index] ?? []).toSorted((left, right) => (left.resourceId < right.resourceId ? -1 : 1));
    for (const cluster of ordered) {
      const isKnown = clusters.some(({ resourceId }) => sameId(resourceId, cluster.resourceId));
      if (isKnown) continue;
      const ring = ringOf(discovery, cluster);
      const problem =
        ring === undefined || !rings.has(ring)
          ? `its tag ${discovery.ringTag ?? ""} names no ring of fleet.yaml: ${ring ?? "it is not there"}`
          : clusters.some(({ name }) => name === cluster.name)
            ? "another cluster of the fleet has the same name; name it in fleet.yaml"
            : null;
      if (problem !== null) findings.push(leftOut(cluster, problem));
      else clusters.push({ name: cluster.name, resourceId: cluster.resourceId, ring: ring ?? "" });
    }
  }
  return { config: { ...config, clusters }, findings };
}

/** The query that finds the clusters of a discovery, in the language of Resource Graph. */
export function discoveryQuery({ tags }: Discovery): string {
  const filters = Object.entries(tags).map(([tag, value]) =>
    value === "*" ? `where isnotempty(tags[${quoted(tag)}])` : `where tags[${quoted(tag)}] =~ ${quoted(value)}`,
  );
  return [
    "resources",
    "where type =~ 'microsoft.containerservice/managedclusters'",
    ...filters,
    "project id, name, tags",
    "order by id asc",
  ].join(" | ");
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

/** Azure compares names of tags without case. */
function ringOf({ ring, ringTag }: Discovery, { tags }: FoundCluster): string | undefined {
  if (ring !== undefined) return ring;
  const wanted = (ringTag ?? "").toLowerCase();
  return Object.entries(tags).find(([tag]) => tag.toLowerCase() === wanted)?.[1];
}

function sameId(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase();
}

function leftOut({ name, resourceId }: FoundCluster, why: string): Finding {
  return {
    code: "DiscoveredClusterLeftOut",
    severity: "warning",
    subject: name,
    message: `cluster ${name} was found by its tags and left out: ${why}`,
    evidence: [resourceId],
    remedy: "Mend the tag, or name the cluster in fleet.yaml; the next run looks again.",
    cluster: null,
  };
}
