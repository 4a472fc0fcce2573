import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import { keyText, objectText, placeOf } from "../objects/fleet-object.ts";

/** `dependsOn` of something that nobody makes: Flux waits for ever. */
export const dependencyMissing: FleetRule = {
  code: "DependencyMissing",
  severity: "blocker",
  sentence: "What dependsOn names is there.",
  remedy: "Correct the name or namespace in dependsOn, or add what it names to the cluster.",
  check: ({ view }) => [
    ...view.units.flatMap(({ key, object, dependsOn }) =>
      dependsOn
        .filter((other) => !view.unit(other))
        .flatMap((other) => missing(view, key, "Kustomization", other, object)),
    ),
    ...view.releases.flatMap(({ key, object, spec }) =>
      spec.dependsOn
        .map(({ namespace, name }) => keyText(namespace ?? object.namespace, name))
        .filter((other) => !view.releases.some((release) => release.key === other))
        .flatMap((other) => missing(view, key, "HelmRelease", other, object)),
    ),
  ],
};

function missing(
  view: ClusterView,
  key: string,
  kind: string,
  other: string,
  object: Parameters<typeof placeOf>[0] | null,
): RuleFinding[] {
  return [
    {
      subject: key,
      message: `${kind} ${key} waits for ${kind} ${other}, which nothing makes`,
      places: object ? [placeOf(object, other.slice(other.indexOf("/") + 1), "dependsOn")] : [],
      severity: view.gravityOfMissing(),
      evidence: view.candidatesText(),
    },
  ];
}

/** `sourceRef` of something that nobody makes. */
export const sourceMissing: FleetRule = {
  code: "SourceMissing",
  severity: "blocker",
  sentence: "The source that a Kustomization, a HelmRelease or a HelmChart names is there.",
  remedy: "Correct kind, name or namespace of sourceRef, or add the source to the cluster.",
  check: ({ view }) => [
    ...view.units.flatMap(({ key, object, problem }) => {
      if (problem?.kind !== "sourceMissing" || !object) return [];
      const { kind, namespace, name } = problem.source;
      const others = view.units.filter((unit) => unit.problem && unit.problem.kind !== "sourceMissing");
      return [
        {
          subject: key,
          message: `Kustomization ${key} takes its files from ${kind} ${namespace}/${name}, which nothing makes`,
          places: [placeOf(object, name, "sourceRef")],
          severity: others.length === 0 ? ("blocker" as const) : ("warning" as const),
        },
      ];
    }),
    ...view.releases.flatMap(({ key, object, source }) => {
      if (!source || view.find(source.kind, source.namespace, source.name)) return [];
      // What a Flux configuration of AKS makes has a name that only Azure knows.
      const isOfAzure = !view.tree.appliesItself && source.kind === "GitRepository";
      return [
        {
          subject: key,
          message: `HelmRelease ${key} takes its chart from ${source.kind} ${source.namespace}/${source.name}, which nothing makes`,
          places: [placeOf(object, source.name)],
          severity: isOfAzure ? ("warning" as const) : view.gravityOfMissing(),
          evidence: view.candidatesText(),
        },
      ];
    }),
  ],
};

/** A health check of something that nobody makes: the Kustomization is never ready. */
export const healthCheckMissing: FleetRule = {
  code: "HealthCheckMissing",
  severity: "blocker",
  sentence: "What healthChecks of a Kustomization name is there.",
  remedy: "Correct the health check, or take it out and set wait: true.",
  check: ({ view }) =>
    view.units.flatMap((unit) =>
      (unit.spec?.healthChecks ?? []).flatMap(({ kind, name, namespace = unit.namespace }) => {
        if (view.find(kind, namespace, name) ?? view.find(kind, null, name)) return [];
        const charts = view.releases.filter(({ targetNamespace }) => targetNamespace === namespace);
        return [
          {
            subject: unit.key,
            message: `Kustomization ${unit.key} waits for ${objectText({ kind, namespace, name })}, which nothing in Git makes`,
            places: unit.object ? [placeOf(unit.object, name, "healthChecks")] : [],
            severity: charts.length > 0 ? ("info" as const) : view.gravityOfMissing(),
            evidence: view.candidatesText(charts),
          },
        ];
      }),
    ),
};
