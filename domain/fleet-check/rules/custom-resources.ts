import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import type { OwnedObject, Release, Unit } from "../flux/cluster-tree.ts";
import { AKS_GROUPS, addOnWith } from "../known/aks.ts";
import { bringsGroup, KNOWN_CHARTS } from "../known/charts.ts";
import { isFluxGroup, isKubernetesGroup } from "../known/kubernetes-kinds.ts";
import { textAt } from "../objects/fields.ts";
import { type FleetObject, objectText, placeOf } from "../objects/fleet-object.ts";

/** Who brings the definition of a kind. */
interface Providers {
  readonly definitions: readonly OwnedObject[];
  readonly releases: readonly Release[];
}

/** Custom resources, one for each unit and kind: what is true of one is true of all. */
function customResources(view: ClusterView): OwnedObject[] {
  const first = new Map<string, OwnedObject>();
  for (const owned of view.objects) {
    const { group, kind } = owned.object;
    if (isKubernetesGroup(group) || isFluxGroup(group) || AKS_GROUPS.has(group)) continue;
    const key = `${owned.unit.key} ${group} ${kind}`;
    if (!first.has(key)) first.set(key, owned);
  }
  return [...first.values()];
}

function providersOf(view: ClusterView, group: string, kind: string): Providers {
  const definitions = view
    .kind("CustomResourceDefinition")
    .filter(
      ({ object: { body } }) =>
        textAt(body, "spec", "group") === group && textAt(body, "spec", "names", "kind") === kind,
    );
  const releases = view.releases.filter(({ chart }) => {
    const known = chart === null || !Object.hasOwn(KNOWN_CHARTS, chart) ? undefined : KNOWN_CHARTS[chart];
    return known !== undefined && bringsGroup(known, group);
  });
  return { definitions, releases };
}

/** Where no provider is known, nothing can be said of the order. */
function hasNone({ definitions, releases }: Providers): boolean {
  return definitions.length === 0 && releases.length === 0;
}

/** A kind that nothing defines: "no matches for kind". */
export const definitionMissing: FleetRule = {
  code: "DefinitionMissing",
  severity: "blocker",
  sentence: "Each custom resource has something in Git, or in AKS, that brings its definition.",
  remedy:
    "Add the definition or the chart that brings it, and let the Kustomization of the custom resource depend on it.",
  check: ({ view }) =>
    customResources(view).flatMap(({ object, unit }) => {
      const { group, kind } = object;
      if (addOnWith("groups", group) !== undefined || !hasNone(providersOf(view, group, kind))) return [];
      const charts = view.unknownCharts;
      return [
        {
          subject: unit.key,
          message: `${objectText(object)} is of kind ${kind} of ${group}, which nothing in Git defines`,
          places: [placeOf(object)],
          severity: isUntold(view, unit, group) ? ("info" as const) : view.gravityOfMissing(),
          evidence: view.candidatesText(charts),
        },
      ];
    }),
};

/** Whether something that is not known here may well bring a definition. */
function isUntold(view: ClusterView, unit: Unit, group: string): boolean {
  return view.unknownCharts.length > 0 || view.isAfterUnknown(unit) || view.bootstrapNaming([group]) !== undefined;
}

/** Flux applies a Kustomization as a whole: one kind that is not there yet stops all of it. */
export const customResourceBeforeDefinition: FleetRule = {
  code: "CustomResourceBeforeDefinition",
  severity: "blocker",
  sentence: "A custom resource is applied after the Kustomization that brings its definition.",
  remedy:
    "Put the custom resource into a Kustomization of its own, with dependsOn the one that brings the definition, which has wait: true.",
  check: ({ view }) => {
    const late = new Map<FleetObject, OwnedObject[]>();
    const findings: RuleFinding[] = [];
    for (const owned of customResources(view)) {
      const providers = providersOf(view, owned.object.group, owned.object.kind);
      const from = (providers.definitions[0] ?? providers.releases[0])?.object;
      if (!from || comesAfter(view, owned.unit, providers)) continue;
      if (isDeadlock(owned.unit, providers)) findings.push(deadlock(view, owned, from));
      else late.set(from, [...(late.get(from) ?? []), owned]);
    }
    return [...findings, ...[...late].map(([from, owned]) => mayBeEarly(view, owned, from))];
  },
};

function comesAfter(view: ClusterView, unit: Unit, { definitions, releases }: Providers): boolean {
  // Definitions of the same Kustomization are applied before everything else in it.
  if (definitions.some((owned) => owned.unit === unit || view.isAfter(unit, owned.unit))) return true;
  return releases.some((release) => release.unit !== unit && view.isAfter(unit, release.unit));
}

function isDeadlock(unit: Unit, { definitions, releases }: Providers): boolean {
  return definitions.length === 0 && releases.every((release) => release.unit === unit);
}

function deadlock(view: ClusterView, { object, unit }: OwnedObject, from: FleetObject): RuleFinding {
  const file = view.bootstrapNaming([from.name, object.group]);
  return {
    subject: unit.key,
    message: `${objectText(object)} and ${objectText(from)}, which brings its kind, are both in ${unit.key}: Flux rehearses all of it first, and never gets to install the chart`,
    places: [placeOf(object), placeOf(from)],
    severity: file === undefined ? view.gravityOfMissing() : "info",
    evidence: file === undefined ? [] : [`${file} may bring it before Flux begins`],
  };
}

/** All that one provider may come too late for: Flux tries again, so it settles, after an interval or two. */
function mayBeEarly(view: ClusterView, owned: readonly OwnedObject[], from: FleetObject): RuleFinding {
  const kinds = [...new Set(owned.map(({ object }) => object.kind))].join(", ");
  const units = [...new Set(owned.map(({ unit }) => unit.key))];
  const shown = units.length > 3 ? `${units.length} Kustomizations` : units.join(", ");
  const file = view.bootstrapNaming([from.name]);
  return {
    subject: `${from.namespace ?? ""}/${from.name}`.replace(/^\//, ""),
    message: `${kinds} of ${shown} may be applied before ${objectText(from)} brings the kind`,
    places: [...owned.slice(0, 5).map(({ object }) => placeOf(object)), placeOf(from)],
    severity: file === undefined ? "warning" : "info",
    evidence: file === undefined ? [] : [`${file} may bring it before Flux begins`],
  };
}

/** `dependsOn` of a Kustomization that does not wait is satisfied before its charts are installed. */
export const dependencyWithoutWait: FleetRule = {
  code: "DependencyWithoutWait",
  severity: "warning",
  sentence: "A Kustomization whose charts others wait for has wait or a health check.",
  remedy: "Set wait: true on the Kustomization that others depend on.",
  check: ({ view }) => {
    const found = new Map<string, RuleFinding>();
    for (const { object, unit } of customResources(view)) {
      const { definitions, releases } = providersOf(view, object.group, object.kind);
      if (definitions.length > 0) continue;
      const before = releases.filter((release) => release.unit !== unit && view.isAfter(unit, release.unit));
      if (before.length === 0 || before.some((release) => waits(release))) continue;
      const [release] = before;
      if (!release?.unit.object) continue;
      const { key } = release.unit;
      found.set(`${key} ${unit.key}`, {
        subject: key,
        message: `${unit.key} depends on ${key} for ${object.kind}, and ${key} is ready before HelmRelease ${release.key} is installed`,
        places: [placeOf(release.unit.object), placeOf(object)],
      });
    }
    return [...found.values()];
  },
};

function waits({ unit, object }: Release): boolean {
  if (!unit.spec) return false;
  return (
    unit.spec.wait || unit.spec.healthChecks.some(({ kind, name }) => kind === object.kind && name === object.name)
  );
}

/** What only an add-on of AKS brings is not in Git. */
export const addOnNeeded: FleetRule = {
  code: "AddOnNeeded",
  severity: "info",
  sentence: "What an add-on of AKS has to bring is named.",
  remedy: "Switch the add-on on in the cluster's blueprint before Flux begins.",
  check: ({ view }) => {
    const first = new Map<string, RuleFinding>();
    for (const { object, unit } of customResources(view)) {
      const addOn = addOnWith("groups", object.group);
      if (addOn === undefined || first.has(addOn) || !hasNone(providersOf(view, object.group, object.kind))) continue;
      const message = `${objectText(object)} needs the AKS add-on ${addOn}, as nothing in Git defines ${object.kind}`;
      first.set(addOn, { subject: unit.key, message, places: [placeOf(object)] });
    }
    return [...first.values()];
  },
};
