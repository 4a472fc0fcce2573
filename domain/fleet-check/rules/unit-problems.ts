import type { FleetRule } from "../fleet-rule.ts";
import type { Unit } from "../flux/cluster-tree.ts";
import { HELM_GROUP, helmReleaseSchema } from "../flux/flux-specs.ts";
import { mistakeIn } from "../flux/read-cluster.ts";
import { keyText, placeOf } from "../objects/fleet-object.ts";
import type { Place } from "../repository.ts";

function placesOf({ object }: Unit, word?: string, below?: string): Place[] {
  return object ? [placeOf(object, word, below)] : [];
}

/** Flux says "kustomization path not found" and stops there. */
export const pathMissing: FleetRule = {
  code: "PathMissing",
  severity: "blocker",
  sentence: "The path of each Kustomization exists in the repository.",
  remedy: "Correct spec.path, or add the folder.",
  check: ({ view }) =>
    view.units.flatMap((unit) =>
      unit.problem?.kind === "pathMissing"
        ? [
            {
              subject: unit.key,
              message: `Kustomization ${unit.key} applies ${unit.problem.path || "."}, and there is no such folder`,
              places: placesOf(unit, unit.spec?.path, "path"),
            },
          ]
        : [],
    ),
};

/** What kustomize refuses, Flux cannot apply. */
export const renderFailed: FleetRule = {
  code: "RenderFailed",
  severity: "blocker",
  sentence: "What each Kustomization applies can be rendered.",
  remedy: "Correct the file; kubectl kustomize shows whether it renders.",
  check: ({ view }) =>
    view.units
      .flatMap(({ key, problem }) =>
        problem?.kind === "unrendered" && !problem.problem.isOurLimit
          ? [{ subject: key, message: `${key} does not render: ${problem.problem.message}`, places: [problem.problem] }]
          : [],
      )
      .map((finding) => ({ ...finding, places: finding.places.map(({ file, line }) => ({ file, line })) })),
};

/** What we cannot render, Flux may. */
export const notRead: FleetRule = {
  code: "NotRead",
  severity: "warning",
  sentence: "Everything that is applied can be read from the checkout.",
  remedy: "Vendor remote bases into the repository, and use what kustomize has inside in place of plugins and charts.",
  check: ({ view }) =>
    view.units.flatMap(({ key, problem }) => {
      if (problem?.kind !== "unrendered" || !problem.problem.isOurLimit) return [];
      const { message, file, line } = problem.problem;
      return [
        { subject: key, message: `${key} could not be read, and is not checked: ${message}`, places: [{ file, line }] },
      ];
    }),
};

/** What the API server refuses, and Flux with it. */
export const fluxObjectInvalid: FleetRule = {
  code: "FluxObjectInvalid",
  severity: "blocker",
  sentence: "Kustomizations and HelmReleases have what Flux requires of them.",
  remedy: "Correct the field.",
  check: ({ view }) => [
    ...view.units.flatMap((unit) =>
      unit.problem?.kind === "invalid"
        ? [
            {
              subject: unit.key,
              message: `Kustomization ${unit.key} makes no sense to Flux: ${unit.problem.message}`,
              places: placesOf(unit),
            },
          ]
        : [],
    ),
    ...view.kind("HelmRelease").flatMap(({ object }) => {
      const parsed = helmReleaseSchema.safeParse(object.body.spec);
      if (object.group !== HELM_GROUP || parsed.success) return [];
      const key = keyText(object.namespace, object.name);
      const message = `HelmRelease ${key} makes no sense to Flux: ${mistakeIn(parsed.error.issues)}`;
      return [{ subject: key, message, places: [placeOf(object)] }];
    }),
  ],
};

/** Two repositories: what the other one holds is not known here. */
export const externalSource: FleetRule = {
  code: "ExternalSource",
  severity: "info",
  sentence: "What is applied from other repositories is named.",
  remedy: "Check the other repository as well; a rebuild needs it, and access to it.",
  check: ({ view }) =>
    view.units.flatMap((unit) =>
      unit.problem?.kind === "external"
        ? [
            {
              subject: unit.key,
              message: `Kustomization ${unit.key} applies files from ${unit.problem.url}, which is not this repository`,
              places: placesOf(unit, unit.spec?.sourceRef.name, "sourceRef"),
            },
          ]
        : [],
    ),
};

/** Suspended is not applied: a rebuilt cluster is without it. */
export const suspended: FleetRule = {
  code: "Suspended",
  severity: "info",
  sentence: "Nothing that the cluster runs is suspended in Git.",
  remedy: "Resume it, or delete it if the cluster is to be without it.",
  check: ({ view }) => [
    ...view.units.flatMap((unit) =>
      unit.problem?.kind === "suspended"
        ? [
            {
              subject: unit.key,
              message: `Kustomization ${unit.key} is suspended: a rebuilt cluster is without it`,
              places: placesOf(unit, "suspend"),
            },
          ]
        : [],
    ),
    ...view.releases
      .filter(({ spec }) => spec.suspend)
      .map(({ key, object }) => ({
        subject: key,
        message: `HelmRelease ${key} is suspended: a rebuilt cluster is without it`,
        places: [placeOf(object, "suspend")],
      })),
  ],
};

/** A remote base can change, or be gone, on the day of the rebuild. */
export const remoteBase: FleetRule = {
  code: "RemoteBase",
  severity: "warning",
  sentence: "Nothing is taken from remote addresses while rendering.",
  remedy: "Vendor the files into the repository; or use a GitRepository of its own, pinned to a commit.",
  check: ({ view }) =>
    view.units.flatMap((unit) =>
      unit.remotes.map(({ url, place }) => ({
        subject: unit.key,
        message: `${unit.key} takes in ${url} each time it is rendered`,
        places: [place],
      })),
    ),
};

/** A variable that nothing sets is replaced by nothing. */
export const variableNotSet: FleetRule = {
  code: "VariableNotSet",
  severity: "warning",
  sentence: "Every variable that postBuild replaces is set or has a default.",
  remedy: "Set it under postBuild, give it a default with :-, or double the dollar sign where no variable is meant.",
  check: ({ view }) =>
    view.units.flatMap(({ key, unset }) =>
      [...unset].map(([name, object]) => ({
        subject: key,
        message: `nothing sets \${${name}}: Flux puts nothing in its place`,
        places: [placeOf(object, name)],
      })),
    ),
};
