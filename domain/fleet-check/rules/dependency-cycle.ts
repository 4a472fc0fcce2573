import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import type { Release, Unit } from "../flux/cluster-tree.ts";
import { type FleetObject, keyText, placeOf } from "../objects/fleet-object.ts";

interface Node {
  readonly key: string;
  readonly object: FleetObject | null;
  readonly dependsOn: readonly string[];
}

/** Flux waits for ever for what waits for itself. */
export const dependencyCycle: FleetRule = {
  code: "DependencyCycle",
  severity: "blocker",
  sentence: "No Kustomization and no HelmRelease waits for itself through dependsOn.",
  remedy: "Take one dependsOn out of the circle.",
  check: ({ view }) => [
    ...cyclesOf(view.units.map(unitNode), "Kustomization"),
    ...cyclesOf(view.releases.map(releaseNode), "HelmRelease"),
  ],
};

function unitNode({ key, object, dependsOn }: Unit): Node {
  return { key, object, dependsOn };
}

function releaseNode({ key, object, spec }: Release): Node {
  const own = object.namespace ?? "default";
  return { key, object, dependsOn: spec.dependsOn.map(({ namespace, name }) => keyText(namespace ?? own, name)) };
}

/** Each circle once, by the first of its members. */
function cyclesOf(nodes: readonly Node[], kind: string): RuleFinding[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  const done = new Set<string>();
  const findings: RuleFinding[] = [];
  for (const { key } of nodes.toSorted((one, other) => (one.key < other.key ? -1 : 1))) {
    const circle = done.has(key) ? null : wayBack(key, byKey);
    if (!circle) continue;
    for (const member of circle) done.add(member);
    const places = circle.flatMap((member, index) => {
      const next = circle[(index + 1) % circle.length] ?? "";
      const object = byKey.get(member)?.object;
      return object ? [placeOf(object, next.slice(next.indexOf("/") + 1), "dependsOn")] : [];
    });
    const way = [...circle, key].join(" -> ");
    findings.push({ subject: key, message: `${kind}s wait for each other in a circle: ${way}`, places });
  }
  return findings;
}

/** The shortest way from a node back to itself. */
function wayBack(start: string, nodes: ReadonlyMap<string, Node>): string[] | null {
  const cameFrom = new Map<string, string>();
  const open = [start];
  for (let key = open.shift(); key !== undefined; key = open.shift()) {
    for (const next of nodes.get(key)?.dependsOn ?? []) {
      if (next === start) {
        const way = [key];
        for (let at = cameFrom.get(key); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
        return way;
      }
      if (cameFrom.has(next) || !nodes.has(next)) continue;
      cameFrom.set(next, key);
      open.push(next);
    }
  }
  return null;
}
