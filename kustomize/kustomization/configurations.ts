import type { FieldSpec } from "../fields/field-spec.ts";
import { EMPTY_CONFIG, FIELD_LISTS, mergeConfigs, type TransformerConfig } from "../fields/transformer-config.ts";
import { inFile, RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import { readDocuments } from "../yaml/read-documents.ts";
import { list, record, text } from "./decoder.ts";
import { type Folder, loadText } from "./folder.ts";
import { fieldSpec } from "./kustomization.ts";

const fieldSpecs = list(fieldSpec);

const configuration = record({
  namePrefix: fieldSpecs,
  nameSuffix: fieldSpecs,
  namespace: fieldSpecs,
  commonLabels: fieldSpecs,
  labels: fieldSpecs,
  templateLabels: fieldSpecs,
  commonAnnotations: fieldSpecs,
  varReference: fieldSpecs,
  images: fieldSpecs,
  replicas: fieldSpecs,
  nameReference: list(record({ group: text, version: text, kind: text, fieldSpecs })),
});

/** Reads files of `configurations`: which fields of custom resources hold names, labels, images. */
export function loadConfigurations(folder: Folder, paths: readonly string[]): TransformerConfig {
  return paths.map((path) => loadConfiguration(folder, path)).reduce(mergeConfigs, EMPTY_CONFIG);
}

function loadConfiguration(folder: Folder, path: string): TransformerConfig {
  const file = joinPath(folder.path, path);
  const content = loadText(folder, path);
  return inFile(file, () => {
    const [document] = readDocuments(file, content);
    if (document === undefined) return EMPTY_CONFIG;
    const read = configuration(document, "");
    const lists = Object.fromEntries(FIELD_LISTS.map((name) => [name, (read[name] ?? []).map(complete)]));
    const nameReference = (read.nameReference ?? []).map(({ fieldSpecs: fields = [], ...target }) => ({
      ...target,
      fieldSpecs: fields.map(complete),
    }));
    return { ...EMPTY_CONFIG, ...lists, nameReference };
  });
}

function complete(spec: { readonly path?: string } & Omit<FieldSpec, "path">): FieldSpec {
  if (!spec.path) throw new RenderProblem("a field spec without path");
  return { ...spec, path: spec.path };
}
