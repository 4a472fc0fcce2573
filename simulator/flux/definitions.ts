import type { ObjectDraft } from "../kubernetes/model/object-table.ts";

interface Kind {
  readonly group: string;
  readonly versions: readonly string[];
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly required?: readonly string[];
  readonly columns?: ReadonlyArray<readonly [name: string, jsonPath: string]>;
}

const SOURCE = "source.toolkit.fluxcd.io";
const IMAGE = "image.toolkit.fluxcd.io";
const URL_COLUMN = ["URL", ".spec.url"] as const;

/** The kinds of Flux, with the versions that are served, the stored one first. */
const KINDS: readonly Kind[] = [
  {
    group: SOURCE,
    versions: ["v1"],
    kind: "GitRepository",
    plural: "gitrepositories",
    shortNames: ["gitrepo"],
    required: ["url", "interval"],
    columns: [URL_COLUMN],
  },
  {
    group: SOURCE,
    versions: ["v1"],
    kind: "OCIRepository",
    plural: "ocirepositories",
    shortNames: ["ocirepo"],
    required: ["url", "interval"],
    columns: [URL_COLUMN],
  },
  {
    group: SOURCE,
    versions: ["v1"],
    kind: "HelmRepository",
    plural: "helmrepositories",
    shortNames: ["helmrepo"],
    required: ["url"],
    columns: [URL_COLUMN],
  },
  {
    group: SOURCE,
    versions: ["v1"],
    kind: "HelmChart",
    plural: "helmcharts",
    shortNames: ["hc"],
    required: ["chart", "sourceRef"],
    columns: [
      ["Chart", ".spec.chart"],
      ["Version", ".spec.version"],
    ],
  },
  {
    group: "kustomize.toolkit.fluxcd.io",
    versions: ["v1"],
    kind: "Kustomization",
    plural: "kustomizations",
    shortNames: ["ks"],
    required: ["interval", "prune", "sourceRef"],
  },
  {
    group: "helm.toolkit.fluxcd.io",
    versions: ["v2"],
    kind: "HelmRelease",
    plural: "helmreleases",
    shortNames: ["hr"],
    required: ["interval"],
  },
  {
    group: IMAGE,
    versions: ["v1", "v1beta2"],
    kind: "ImageRepository",
    plural: "imagerepositories",
    shortNames: ["imgrepo"],
    required: ["image", "interval"],
    columns: [
      ["Image", ".spec.image"],
      ["Tags", ".status.lastScanResult.tagCount"],
    ],
  },
  {
    group: IMAGE,
    versions: ["v1", "v1beta2"],
    kind: "ImagePolicy",
    plural: "imagepolicies",
    shortNames: ["imgpol"],
    required: ["imageRepositoryRef", "policy"],
    columns: [
      ["Image", ".status.latestRef.name"],
      ["Tag", ".status.latestRef.tag"],
    ],
  },
  {
    group: IMAGE,
    versions: ["v1", "v1beta2"],
    kind: "ImageUpdateAutomation",
    plural: "imageupdateautomations",
    shortNames: ["iua"],
    required: ["interval", "sourceRef"],
  },
];

const READY = '.status.conditions[?(@.type=="Ready")]';

/** The CustomResourceDefinitions that an installation of Flux brings. */
export const FLUX_DEFINITIONS: readonly ObjectDraft[] = KINDS.map(definitionOf);

function definitionOf({
  group,
  versions,
  kind,
  plural,
  shortNames = [],
  required = [],
  columns = [],
}: Kind): ObjectDraft {
  const printed = [
    ...columns.map(([name, jsonPath]) => ({ name, type: "string", jsonPath })),
    { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
    { name: "Ready", type: "string", jsonPath: `${READY}.status` },
    { name: "Status", type: "string", jsonPath: `${READY}.message` },
  ];
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const properties = { spec: { ...open, description: `What the ${kind} is to be.`, required }, status: open };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, labels: { "app.kubernetes.io/part-of": "flux" } },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        schema: { openAPIV3Schema: { type: "object", description: `${kind} of Flux.`, properties } },
        subresources: { status: {} },
        additionalPrinterColumns: printed,
      })),
    },
  };
}
