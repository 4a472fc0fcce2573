import type { FieldSpec } from "../fields/field-spec.ts";
import { makeConfigMap, makeSecret } from "../generate/generators.ts";
import { inFile, KustomizeError, RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import type { Resource } from "../resource/resource.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { addAffix } from "../transform/affix.ts";
import { setImage } from "../transform/images.ts";
import { setEntries } from "../transform/metadata.ts";
import { type SubjectMode, setNamespace } from "../transform/namespace.ts";
import { applyJson6902, applyPatch, applyStrategicMerge } from "../transform/patches.ts";
import { applyReplacement, loadReplacements } from "../transform/replacements.ts";
import { setReplicas } from "../transform/replicas.ts";
import type { YamlNode } from "../yaml/node.ts";
import type { Target } from "./accumulate.ts";
import { type Decoded, type Fields, flag, list, mapping, record, text } from "./decoder.ts";
import { type Folder, hasFile, loadText } from "./folder.ts";
import { fieldSpec, image, patchFields, replacementEntry, replica, secretFields, selector } from "./kustomization.ts";
import { readResources } from "./read-resources.ts";

/** The configuration of a built-in generator or transformer, and the file it is from. */
export interface Plugin {
  readonly file: string;
  readonly resource: Resource;
}

/** Reads what `generators` or `transformers` name: files, or configurations written in place. */
export function loadPlugins({ folder, own }: Target, entries: readonly string[]): Plugin[] {
  return entries.flatMap((entry) => {
    const inline = entry.includes("\n");
    if (!inline && !hasFile(folder, entry)) {
      throw new KustomizeError(
        joinPath(folder.path, entry),
        `no such file (named by ${own.file}); a folder of plugins is not supported`,
      );
    }
    const file = inline ? own.file : joinPath(folder.path, entry);
    return readResources(file, inline ? entry : loadText(folder, entry)).map((resource) => ({ file, resource }));
  });
}

const typeFields = {
  apiVersion: text,
  kind: text,
  metadata: record({ name: text, namespace: text, labels: mapping(text), annotations: mapping(text) }),
};

/** Runs the generator that a plugin configures. Throws a KustomizeError for one that is no built-in. */
export function runGenerator(plugin: Plugin, folder: Folder): Resource {
  return inFile(plugin.file, () => {
    const { kind } = checkBuiltin(plugin);
    if (kind !== "ConfigMapGenerator" && kind !== "SecretGenerator") throw notHere(kind);
    const args = read(plugin, secretFields);
    const named = {
      ...args,
      name: args.name ?? args.metadata?.name ?? "",
      namespace: args.namespace ?? args.metadata?.namespace ?? "",
    };
    return kind === "SecretGenerator" ? makeSecret(named, folder, undefined) : makeConfigMap(named, folder, undefined);
  });
}

/** Runs the transformer that a plugin configures. Throws a KustomizeError for one that is no built-in. */
export function runTransformer(plugin: Plugin, set: ResourceSet, folder: Folder): void {
  inFile(plugin.file, () => {
    const { kind } = checkBuiltin(plugin);
    const run = TRANSFORMERS[kind];
    if (!run) throw notHere(kind);
    run(plugin, set, folder);
  });
}

function checkBuiltin({ resource }: Plugin): Resource {
  if (resource.apiVersion === "builtin") return resource;
  throw new RenderProblem(
    `${resource.apiVersion} ${resource.kind} is a program; only apiVersion builtin is supported, as kubectl and Flux allow it`,
  );
}

function notHere(kind: string): RenderProblem {
  return new RenderProblem(
    `the built-in ${kind} is not supported here; known are ${Object.keys(TRANSFORMERS).join(", ")}`,
  );
}

function read<F extends Fields>({ resource }: Plugin, fields: F): Decoded<F & typeof typeFields> {
  const node: YamlNode = resource.node ?? { kind: "map", entries: [] };
  return record({ ...fields, ...typeFields })(node, "");
}

const fieldSpecs = list(fieldSpec);

function specsOf(specs: readonly Decoded<{ path: typeof text }>[] | undefined): FieldSpec[] {
  return (specs ?? []).map((spec) => ({ ...spec, path: spec.path ?? "" }));
}

const SUBJECT_MODES: readonly SubjectMode[] = ["defaultOnly", "allServiceAccounts", "none"];

type Run = (plugin: Plugin, set: ResourceSet, folder: Folder) => void;

/** The built-in transformers, as `transformers` can name them. */
const TRANSFORMERS: Readonly<Record<string, Run>> = {
  NamespaceTransformer(plugin, set) {
    const rule = read(plugin, { fieldSpecs, unsetOnly: flag, setRoleBindingSubjects: text });
    const namespace = rule.metadata?.namespace ?? "";
    const mode = rule.setRoleBindingSubjects || "defaultOnly";
    const subjects = SUBJECT_MODES.find((known) => known === mode);
    if (!subjects) throw new RenderProblem(`setRoleBindingSubjects must be one of ${SUBJECT_MODES.join(", ")}`);
    if (namespace === "") return;
    setNamespace(set, { namespace, subjects, fields: specsOf(rule.fieldSpecs), unsetOnly: rule.unsetOnly === true });
  },
  LabelTransformer(plugin, set) {
    const rule = read(plugin, { labels: mapping(text), fieldSpecs });
    setEntries(set.list, rule.labels ?? new Map(), specsOf(rule.fieldSpecs));
  },
  AnnotationsTransformer(plugin, set) {
    const rule = read(plugin, { annotations: mapping(text), fieldSpecs });
    setEntries(set.list, rule.annotations ?? new Map(), specsOf(rule.fieldSpecs));
  },
  PrefixTransformer(plugin, set) {
    const rule = read(plugin, { prefix: text, fieldSpecs });
    addAffix(set, { place: "prefix", text: rule.prefix ?? "", fields: specsOf(rule.fieldSpecs) });
  },
  SuffixTransformer(plugin, set) {
    const rule = read(plugin, { suffix: text, fieldSpecs });
    addAffix(set, { place: "suffix", text: rule.suffix ?? "", fields: specsOf(rule.fieldSpecs) });
  },
  PrefixSuffixTransformer(plugin, set) {
    const rule = read(plugin, { prefix: text, suffix: text, fieldSpecs });
    addAffix(set, { place: "prefix", text: rule.prefix ?? "", fields: specsOf(rule.fieldSpecs) });
    addAffix(set, { place: "suffix", text: rule.suffix ?? "", fields: specsOf(rule.fieldSpecs) });
  },
  ImageTagTransformer(plugin, set) {
    const rule = read(plugin, { imageTag: image, fieldSpecs });
    setImage(set.list, rule.imageTag ?? {}, specsOf(rule.fieldSpecs));
  },
  ReplicaCountTransformer(plugin, set) {
    const rule = read(plugin, { replica, fieldSpecs });
    setReplicas(set, rule.replica ?? {}, specsOf(rule.fieldSpecs));
  },
  PatchTransformer(plugin, set, folder) {
    applyPatch(set, read(plugin, patchFields), folder, plugin.file);
  },
  PatchJson6902Transformer(plugin, set, folder) {
    const { jsonOp, path, target } = read(plugin, { target: selector, path: text, jsonOp: text });
    const rule = { ...(jsonOp && { patch: jsonOp }), ...(path && { path }), ...(target && { target }) };
    applyJson6902(set, rule, folder, plugin.file);
  },
  PatchStrategicMergeTransformer(plugin, set, folder) {
    const { paths = [], patches } = read(plugin, { paths: list(text), patches: text });
    for (const entry of [...paths, ...(patches ? [patches] : [])]) applyStrategicMerge(set, entry, folder, plugin.file);
  },
  ReplacementTransformer(plugin, set, folder) {
    const { replacements = [] } = read(plugin, { replacements: list(replacementEntry) });
    for (const rule of replacements.flatMap((entry) => loadReplacements(entry, folder)))
      applyReplacement(set.list, rule);
  },
};
