import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";

/** A chart as a release asks for it. */
export interface ChartRequest {
  /** URL of the Helm or OCI repository. */
  readonly repository: string;
  readonly chart: string;
  /** A version or a range; `*` for the newest. */
  readonly version: string;
  readonly releaseName: string;
  readonly namespace: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A chart that was found, with what it makes of its values. */
export interface RenderedChart {
  readonly version: string;
  readonly appVersion: string;
  readonly objects: readonly KubernetesResource[];
}

/** Where charts come from. */
export interface ChartCatalog {
  /** The chart, or undefined when its repository has no such chart or version. */
  find(request: ChartRequest): RenderedChart | undefined;
}

/** Every chart in every version, and none of them makes an object. */
export const EVERY_CHART: ChartCatalog = {
  find: ({ version }) => ({
    version: /^v?\d+\.\d+\.\d+/.test(version) ? version : "1.0.0",
    appVersion: "1.0.0",
    objects: [],
  }),
};
