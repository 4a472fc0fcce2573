import { removalOf } from "../../preflight/removed-apis.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import { identityOf, objectText, placeOf } from "../objects/fleet-object.ts";

/** Versions that newer releases of Flux do not serve, with what to write instead (fluxcd.io/flux/migration). */
const GOING: Readonly<Record<string, string>> = {
  "kustomize.toolkit.fluxcd.io/v1beta1": "v1",
  "kustomize.toolkit.fluxcd.io/v1beta2": "v1",
  "helm.toolkit.fluxcd.io/v2beta1": "v2",
  "helm.toolkit.fluxcd.io/v2beta2": "v2",
  "source.toolkit.fluxcd.io/v1beta1": "v1",
  "source.toolkit.fluxcd.io/v1beta2": "v1",
  "notification.toolkit.fluxcd.io/v1beta1": "v1beta3",
  "notification.toolkit.fluxcd.io/v1beta2": "v1beta3",
  "image.toolkit.fluxcd.io/v1alpha1": "v1",
  "image.toolkit.fluxcd.io/v1alpha2": "v1",
  "image.toolkit.fluxcd.io/v1beta1": "v1",
  "image.toolkit.fluxcd.io/v1beta2": "v1",
};

/** A new cluster gets a new Flux, and that may not know them any more. */
export const fluxApiGoing: FleetRule = {
  code: "FluxApiGoing",
  severity: "warning",
  sentence: "No object of Flux is written in a version of its API that is going away.",
  remedy: "Write the newer version (flux migrate does it); a new cluster may get a Flux that serves no other.",
  check: ({ view }) =>
    view.objects.flatMap(({ object, unit }) => {
      const newer = Object.hasOwn(GOING, object.apiVersion) ? GOING[object.apiVersion] : undefined;
      if (newer === undefined) return [];
      const message = `${objectText(object)} is written in ${object.apiVersion}, which goes away; ${newer} takes its place`;
      return [{ subject: unit.key, message, places: [placeOf(object, object.apiVersion)] }];
    }),
};

/** A new cluster is of a new minor, and that may not serve what the old one still does. */
export const kubernetesApiRemoved: FleetRule = {
  code: "KubernetesApiRemoved",
  severity: "warning",
  sentence: "No object is written in a version of an API that Kubernetes has removed.",
  remedy: "Write the newer version of the API.",
  check: ({ view }) =>
    view.objects.flatMap(({ object, unit }) => {
      const removed = removalOf(object.apiVersion, object.kind);
      if (removed === null) return [];
      const message = `${objectText(object)} is written in ${object.apiVersion}, which Kubernetes ${removed} and newer do not serve`;
      return [{ subject: unit.key, message, places: [placeOf(object, object.apiVersion)] }];
    }),
};

/** Two owners take an object from each other for ever, and its deletion by one takes it from both. */
export const appliedTwice: FleetRule = {
  code: "AppliedTwice",
  severity: "warning",
  sentence: "Each object is applied by one Kustomization.",
  remedy: "Leave it in one of the two.",
  check: ({ view }) => {
    const first = new Map<string, (typeof view.objects)[number]>();
    const found: RuleFinding[] = [];
    for (const owned of view.objects) {
      const { object, unit } = owned;
      const key = identityOf(object);
      const other = first.get(key);
      if (!other) first.set(key, owned);
      else if (other.unit !== unit) {
        const message = `${objectText(object)} is applied by ${other.unit.key} and by ${unit.key}`;
        found.push({ subject: unit.key, message, places: [placeOf(object), placeOf(other.object)] });
      }
    }
    return found;
  },
};
