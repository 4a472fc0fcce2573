import type { ClusterTree, Unit } from "../flux/cluster-tree.ts";

/** A unit as a line of text: what it applies, and what it waits for. */
export function graphLines({ units }: ClusterTree): string[] {
  return inOrder(units).map((unit) => {
    const after = unit.dependsOn.length > 0 ? `  after ${unit.dependsOn.join(", ")}` : "";
    return `${"  ".repeat(depthOf(unit, units))}${unit.key}${whatText(unit)}${after}`;
  });
}

function whatText({ path, key, problem, objects }: Unit): string {
  const where = path === null || path === key ? "" : `  ${path || "."}`;
  switch (problem?.kind) {
    case undefined:
      return `${where}  ${objects.length} ${objects.length === 1 ? "object" : "objects"}`;
    case "external":
      return `  from ${problem.url}`;
    case "remoteCluster":
      return `${where}  for another cluster`;
    case "suspended":
      return `${where}  suspended`;
    default:
      return `${where}  not read`;
  }
}

/** Parents before their children, dependencies before what waits for them, as far as there is no circle. */
function inOrder(units: readonly Unit[]): Unit[] {
  const children = new Map<string | null, Unit[]>();
  for (const unit of units) children.set(unit.parent, [...(children.get(unit.parent) ?? []), unit]);
  const ordered: Unit[] = [];
  const visit = (parent: string | null): void => {
    for (const unit of byDependencies(children.get(parent) ?? [])) {
      ordered.push(unit);
      visit(unit.key);
    }
  };
  visit(null);
  return ordered;
}

function byDependencies(units: readonly Unit[]): Unit[] {
  const byKey = new Map(units.map((unit) => [unit.key, unit]));
  const ordered = new Set<Unit>();
  const seen = new Set<string>();
  const visit = (unit: Unit): void => {
    if (seen.has(unit.key)) return;
    seen.add(unit.key);
    for (const other of unit.dependsOn) {
      const before = byKey.get(other);
      if (before) visit(before);
    }
    ordered.add(unit);
  };
  for (const unit of units.toSorted((one, other) => (one.key < other.key ? -1 : 1))) visit(unit);
  return [...ordered];
}

function depthOf({ parent }: Unit, units: readonly Unit[]): number {
  let depth = 0;
  for (let above = parent; above !== null; above = units.find(({ key }) => key === above)?.parent ?? null) depth += 1;
  return depth;
}

/** The dependency graph of a cluster for Mermaid: full lines for what waits, dotted ones for what is applied by what. */
export function mermaidGraph({ units }: ClusterTree): string {
  const ids = new Map(units.map(({ key }, index) => [key, `u${index}`]));
  const quoted = (text: string) => `"${text.replaceAll('"', "#quot;")}"`;
  const missing = new Set(units.flatMap(({ dependsOn }) => dependsOn.filter((key) => !ids.has(key))));
  for (const key of missing) ids.set(key, `m${ids.size}`);
  return [
    "flowchart LR",
    ...units.map(({ key, problem }) => `  ${ids.get(key)}[${quoted(key)}]${problem ? ":::unread" : ""}`),
    ...[...missing].map((key) => `  ${ids.get(key)}[${quoted(`${key} (missing)`)}]:::missing`),
    ...units.flatMap(({ key, parent, dependsOn }) => [
      ...(parent === null ? [] : [`  ${ids.get(parent)} -.-> ${ids.get(key)}`]),
      ...dependsOn.map((other) => `  ${ids.get(other)} --> ${ids.get(key)}`),
    ]),
    "  classDef unread stroke-dasharray: 4",
    "  classDef missing stroke:#d1242f",
  ].join("\n");
}
