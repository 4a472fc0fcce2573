import {
  type Decoded,
  type Decoder,
  flag,
  integer,
  list,
  mapping,
  record,
  refused,
  text,
  unsupported,
} from "./decoder.ts";

const texts = list(text);
const textMap = mapping(text);
const gvk = { group: text, version: text, kind: text };

/** Which objects a patch or replacement means; parts of a patch's target are regular expressions. */
const selectorFields = { ...gvk, name: text, namespace: text, labelSelector: text, annotationSelector: text };
export const selector = record(selectorFields);
export type Selector = Decoded<typeof selectorFields>;

const fieldSpecFields = { ...gvk, path: text, create: flag };
export const fieldSpec = record(fieldSpecFields);

const labelFields = { pairs: textMap, includeSelectors: flag, includeTemplates: flag, fields: list(fieldSpec) };
export type LabelRule = Decoded<typeof labelFields>;

export const patchFields = { path: text, patch: text, target: selector, options: mapping(flag) };
export type PatchRule = Decoded<typeof patchFields>;

const imageFields = { name: text, newName: text, newTag: text, tagSuffix: text, digest: text };
export const image = record(imageFields);
export type ImageRule = Decoded<typeof imageFields>;

const replicaFields = { name: text, count: integer };
export const replica = record(replicaFields);
export type ReplicaRule = Decoded<typeof replicaFields>;

const fieldOptions = record({ delimiter: text, index: integer, encoding: text, create: flag });
const replacementFields = {
  source: record({ ...gvk, name: text, namespace: text, fieldPath: text, options: fieldOptions }),
  targets: list(record({ select: selector, reject: list(selector), fieldPaths: texts, options: fieldOptions })),
};
export const replacement = record(replacementFields);
export type ReplacementRule = Decoded<typeof replacementFields>;
export const replacementEntry = record({ ...replacementFields, path: text });

const optionFields = { labels: textMap, annotations: textMap, disableNameSuffixHash: flag, immutable: flag };
export type GeneratorOptions = Decoded<typeof optionFields>;

const generatorFields = {
  name: text,
  namespace: text,
  behavior: text,
  literals: texts,
  files: texts,
  envs: texts,
  env: text,
  options: record(optionFields),
};
export const secretFields = { ...generatorFields, type: text };
export type GeneratorArgs = Decoded<typeof secretFields>;

const varFields = {
  name: text,
  objref: record({ ...gvk, apiVersion: text, name: text, namespace: text }),
  fieldref: record({ fieldPath: text }),
};
export type VarRule = Decoded<typeof varFields>;

/** The one schema that kustomize 5.5 has inside. */
const schemaVersion: Decoder<string> = (node, path) => {
  const version = text(node, path);
  if (version !== "v1.21.2") throw refused(node, path, "must be v1.21.2, the one schema that kustomize has inside");
  return version;
};

const HELM = "render the chart with helm template and name the result as a resource, or use a HelmRelease";

/** The fields of a kustomization, with how each is read: those of kustomize 5.5, and no other. */
export const KUSTOMIZATION_FIELDS = {
  apiVersion: text,
  kind: text,
  metadata: record({ name: text, namespace: text, labels: textMap, annotations: textMap }),
  openapi: record({ version: schemaVersion, path: unsupported("lists merge by the schema of Kubernetes alone") }),
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: textMap,
  labels: list(record(labelFields)),
  commonAnnotations: textMap,
  patchesStrategicMerge: texts,
  patchesJson6902: list(record(patchFields)),
  patches: list(record(patchFields)),
  images: list(image),
  imageTags: list(image),
  replacements: list(replacementEntry),
  replicas: list(replica),
  vars: list(record(varFields)),
  sortOptions: record({ order: text, legacySortOptions: record({ orderFirst: texts, orderLast: texts }) }),
  resources: texts,
  components: texts,
  crds: unsupported("say which fields hold names and labels in a file under configurations"),
  bases: texts,
  configMapGenerator: list(record(generatorFields)),
  secretGenerator: list(record(secretFields)),
  helmGlobals: unsupported(HELM),
  helmCharts: unsupported(HELM),
  helmChartInflationGenerator: unsupported(HELM),
  generatorOptions: record(optionFields),
  configurations: texts,
  generators: texts,
  transformers: texts,
  validators: unsupported("a validator is a program; run it on the rendered result"),
  buildMetadata: texts,
} as const;

/** A kustomization as its file says it. */
export type Kustomization = Decoded<typeof KUSTOMIZATION_FIELDS>;

export const kustomizationDecoder = record(KUSTOMIZATION_FIELDS);
