import type { FieldSpec } from "../fields/field-spec.ts";
import { mergeFields, type TransformerConfig } from "../fields/transformer-config.ts";
import { RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import type { ResourceSet } from "../resource/resource-set.ts";
import { addAffix } from "../transform/affix.ts";
import { setImage } from "../transform/images.ts";
import { setEntries } from "../transform/metadata.ts";
import { setNamespace } from "../transform/namespace.ts";
import { applyJson6902, applyPatch, applyStrategicMerge } from "../transform/patches.ts";
import { applyReplacement, loadReplacements } from "../transform/replacements.ts";
import { setReplicas } from "../transform/replicas.ts";
import type { Accumulated, Target } from "./accumulate.ts";
import { noteTransformer } from "./build-metadata.ts";
import type { Kustomization, LabelRule } from "./kustomization.ts";
import { loadPlugins, runTransformer } from "./plugins.ts";

/** One change to all objects: by which of kustomize's transformers, and what it does. */
interface Change {
  readonly kind: string;
  readonly run: (set: ResourceSet) => void;
}

/** Changes what was gathered as a kustomization says, in kustomize's order, whatever the order in the file. */
export function transform(target: Target, { set, config }: Accumulated): void {
  const { origin, own } = target;
  for (const { kind, run } of changesOf(target, config)) {
    run(set);
    noteTransformer(set.list, origin === undefined ? undefined : { configuredIn: joinPath(origin, own.name), kind });
    set.dropGone();
  }
  const { transformers = [] } = own.content;
  if (transformers.length > 0 && origin !== undefined) {
    throw new RenderProblem(
      "transformers together with buildMetadata are not supported; use the fields of the kustomization",
    );
  }
  for (const plugin of loadPlugins(target, transformers)) {
    runTransformer(plugin, set, target.folder);
    set.dropGone();
  }
}

function changesOf(target: Target, config: TransformerConfig): Change[] {
  const { content } = target.own;
  return [
    ...patchesOf(target),
    ...placesOf(content, config),
    ...labelsOf(content, config),
    ...valuesOf(target, config),
  ];
}

function patchesOf({ folder, own }: Target): Change[] {
  const { patchesStrategicMerge = [], patches = [] } = own.content;
  const merges: Change = {
    kind: "PatchStrategicMergeTransformer",
    run: (set) => {
      for (const entry of patchesStrategicMerge) applyStrategicMerge(set, entry, folder, own.file);
    },
  };
  return [
    ...(patchesStrategicMerge.length > 0 ? [merges] : []),
    ...patches.map((patch) => ({
      kind: "PatchTransformer",
      run: (set: ResourceSet) => applyPatch(set, patch, folder, own.file),
    })),
  ];
}

function placesOf({ namespace, namePrefix, nameSuffix }: Kustomization, config: TransformerConfig): Change[] {
  const affix = (place: "prefix" | "suffix", text: string, fields: readonly FieldSpec[]) => (set: ResourceSet) =>
    addAffix(set, { place, text, fields });
  return [
    ...(namespace
      ? [
          {
            kind: "NamespaceTransformer",
            run: (set: ResourceSet) => setNamespace(set, { namespace, fields: config.namespace }),
          },
        ]
      : []),
    ...(namePrefix ? [{ kind: "PrefixTransformer", run: affix("prefix", namePrefix, config.namePrefix) }] : []),
    ...(nameSuffix ? [{ kind: "SuffixTransformer", run: affix("suffix", nameSuffix, config.nameSuffix) }] : []),
  ];
}

function labelsOf(content: Kustomization, config: TransformerConfig): Change[] {
  const { labels = [], commonLabels = new Map<string, string>(), commonAnnotations } = content;
  const rules = labels.map((rule) => ({ entries: rule.pairs, fields: fieldsOf(rule, config) }));
  if (rules.length > 0 || commonLabels.size > 0)
    rules.push({ entries: commonLabels, fields: [...config.commonLabels] });
  const changes = rules.map(({ entries, fields }) => ({
    kind: "LabelTransformer",
    run: (set: ResourceSet) => setEntries(set.list, entries ?? new Map(), fields),
  }));
  const annotate: Change = {
    kind: "AnnotationsTransformer",
    run: (set) => setEntries(set.list, commonAnnotations ?? new Map(), config.commonAnnotations),
  };
  return commonAnnotations?.size ? [...changes, annotate] : changes;
}

/** Where the labels of an entry go: its own fields, then selectors and all, or templates, or the objects alone. */
function fieldsOf(rule: LabelRule, config: TransformerConfig): FieldSpec[] {
  const own = (rule.fields ?? []).map((field) => ({ ...field, path: field.path ?? "" }));
  const fields = mergeFields(own, config.labels);
  if (rule.includeSelectors) return mergeFields(fields, config.commonLabels);
  const templates = rule.includeTemplates ? mergeFields(fields, config.templateLabels) : fields;
  return mergeFields(templates, [{ path: "metadata/labels", create: true }]);
}

function valuesOf({ folder, own }: Target, config: TransformerConfig): Change[] {
  const { patchesJson6902 = [], replicas = [], images = [], imageTags = [], replacements = [] } = own.content;
  const replace: Change = {
    kind: "ReplacementTransformer",
    run: (set) => {
      for (const rule of replacements.flatMap((entry) => loadReplacements(entry, folder)))
        applyReplacement(set.list, rule);
    },
  };
  return [
    ...patchesJson6902.map((patch) => ({
      kind: "PatchJson6902Transformer",
      run: (set: ResourceSet) => applyJson6902(set, patch, folder, own.file),
    })),
    ...replicas.map((rule) => ({
      kind: "ReplicaCountTransformer",
      run: (set: ResourceSet) => setReplicas(set, rule, config.replicas),
    })),
    ...[...images, ...imageTags].map((rule) => ({
      kind: "ImageTagTransformer",
      run: (set: ResourceSet) => setImage(set.list, rule, config.images),
    })),
    ...(replacements.length > 0 ? [replace] : []),
  ];
}
