import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import type { OwnedObject } from "../flux/cluster-tree.ts";
import { GIVEN_NAMESPACES, isFluxGroup, isNamespaced } from "../known/kubernetes-kinds.ts";
import { isUnknown, objectText, placeOf } from "../objects/fleet-object.ts";

/** A namespace that nobody makes: "namespaces not found". */
export const namespaceMissing: FleetRule = {
  code: "NamespaceMissing",
  severity: "blocker",
  sentence: "Each namespace that objects lie in is made by something in Git.",
  remedy: "Add a Namespace to a Kustomization that comes first.",
  check: ({ view }) => [
    ...firstPerNamespace(view).flatMap((owned) => objectFinding(view, owned)),
    ...view.releases.flatMap(({ key, object, unit, spec, targetNamespace }) => {
      if (spec.install?.createNamespace === true || isThere(view, targetNamespace)) return [];
      // Its own namespace is told of above.
      if (targetNamespace === object.namespace || maker(view, targetNamespace).length > 0) return [];
      return [
        {
          subject: unit.key,
          message: `HelmRelease ${key} goes to namespace ${targetNamespace}, which nothing makes`,
          places: [placeOf(object, targetNamespace, "targetNamespace")],
          severity: view.gravityOfMissing(),
          evidence: view.candidatesText(),
        },
      ];
    }),
  ],
};

function isThere(view: ClusterView, namespace: string): boolean {
  return (
    GIVEN_NAMESPACES.has(namespace) || isUnknown(namespace) || view.find("Namespace", null, namespace) !== undefined
  );
}

/** Whether a Flux configuration in Azure may have made a namespace, as it does for what it holds: objects of Flux lie in it. */
function isOfAzure(view: ClusterView, namespace: string): boolean {
  const isFlux = ({ object }: OwnedObject) => object.namespace === namespace && isFluxGroup(object.group);
  return !view.tree.appliesItself && view.objects.some(isFlux);
}

/** Releases that make a namespace when they are installed. */
function maker(view: ClusterView, namespace: string) {
  return view.releases.filter(
    ({ spec, targetNamespace }) => targetNamespace === namespace && spec.install?.createNamespace === true,
  );
}

/** The first object of each unit in each namespace that is not there from the start. */
function firstPerNamespace(view: ClusterView): OwnedObject[] {
  const first = new Map<string, OwnedObject>();
  for (const owned of view.objects) {
    const { namespace } = owned.object;
    if (namespace === null || isThere(view, namespace)) continue;
    const key = `${owned.unit.key} ${namespace}`;
    if (!first.has(key)) first.set(key, owned);
  }
  return [...first.values()];
}

function objectFinding(view: ClusterView, { object, unit }: OwnedObject): RuleFinding[] {
  const namespace = object.namespace ?? "";
  const makers = maker(view, namespace);
  const places = [placeOf(object, namespace, "namespace")];
  if (makers.length === 0) {
    return [
      {
        subject: unit.key,
        message: `${objectText(object)} lies in namespace ${namespace}, which nothing makes`,
        places,
        severity: isOfAzure(view, namespace) ? "warning" : view.gravityOfMissing(),
        evidence: view.candidatesText(),
      },
    ];
  }
  if (makers.some((release) => release.unit !== unit)) return [];
  const [release] = makers;
  return [
    {
      subject: unit.key,
      message: `${objectText(object)} lies in namespace ${namespace}, which only HelmRelease ${release?.key} of the same Kustomization makes: Flux rehearses all of it first, and never gets to install the chart`,
      places: [...places, ...(release ? [placeOf(release.object, "createNamespace")] : [])],
      severity: view.gravityOfMissing(),
    },
  ];
}

/** Flux refuses what does not say where it goes: "namespace not specified". */
export const namespaceNotSet: FleetRule = {
  code: "NamespaceNotSet",
  severity: "blocker",
  sentence: "Each object that belongs into a namespace names one.",
  remedy: "Set metadata.namespace, namespace of the kustomization, or targetNamespace of the Kustomization.",
  check: ({ view }) =>
    view.objects
      .filter(({ object }) => object.namespace === null && isNamespaced(object.group, object.kind) === true)
      // Lists and the like were taken apart; what tools keep for themselves has no name of a namespace either.
      .map(({ object, unit }) => ({
        subject: unit.key,
        message: `${objectText(object)} names no namespace, and Flux refuses it`,
        places: [placeOf(object)],
      })),
};

/** A namespace of another Kustomization that may come later. */
export const namespaceLater: FleetRule = {
  code: "NamespaceLater",
  severity: "info",
  sentence: "The namespace of an object is made by its own Kustomization, or by one that comes before.",
  remedy: "Add dependsOn the Kustomization that makes the namespace; without it Flux tries again until it is there.",
  check: ({ view }) => {
    const found = new Map<string, RuleFinding>();
    for (const { object, unit } of view.objects) {
      const made = object.namespace === null ? undefined : view.find("Namespace", null, object.namespace);
      if (!made || made.unit === unit || GIVEN_NAMESPACES.has(made.object.name)) continue;
      const key = `${unit.key} ${made.unit.key}`;
      if (found.has(key) || view.isAfter(unit, made.unit) || isMadeByTwo(view, object.namespace, unit.key)) continue;
      found.set(key, {
        subject: unit.key,
        message: `${objectText(object)} may be applied before ${made.unit.key} makes its namespace`,
        places: [placeOf(object), placeOf(made.object)],
      });
    }
    return [...found.values()];
  },
};

function isMadeByTwo(view: ClusterView, namespace: string | null, key: string): boolean {
  return view.kind("Namespace").some(({ object, unit }) => object.name === namespace && unit.key === key);
}
