import { DEFAULT_CONFIG, EMPTY_CONFIG, mergeConfigs, type TransformerConfig } from "../fields/transformer-config.ts";
import { makeConfigMap, makeSecret } from "../generate/generators.ts";
import { inFile, KustomizeError, RenderProblem } from "../kustomize-error.ts";
import { joinPath } from "../path.ts";
import { ResourceSet } from "../resource/resource-set.ts";
import { addVars, mergeVars, type Vars } from "../transform/vars.ts";
import { noteFileOrigin, noteGenerator, type Origin, originBelow } from "./build-metadata.ts";
import { loadConfigurations } from "./configurations.ts";
import { type Folder, hasFile, isRemote, loadText, openFolder } from "./folder.ts";
import { loadPlugins, runGenerator } from "./plugins.ts";
import { type KustomizationFile, readKustomization } from "./read-kustomization.ts";
import { readResources } from "./read-resources.ts";
import { transform } from "./transform.ts";

/** What a kustomization has gathered: objects, which of their fields matter, vars. */
export interface Accumulated {
  readonly set: ResourceSet;
  config: TransformerConfig;
  readonly vars: Vars;
}

/** A kustomization on its way through a build. */
export interface Target {
  readonly folder: Folder;
  readonly own: KustomizationFile;
  /** Where the folder is from the top, when `buildMetadata` asks. */
  readonly origin: Origin;
}

export function nothing(): Accumulated {
  return { set: new ResourceSet(), config: EMPTY_CONFIG, vars: new Map() };
}

/**
 * Gathers the objects of a kustomization and changes them, in kustomize's order: resources, generators, components,
 * transformers, vars (api/internal/target/kusttarget.go). A component works on what its parent has; a kustomization on
 * nothing yet.
 */
export function accumulate(target: Target, into: Accumulated): Accumulated {
  const { content, file } = target.own;
  let gathered = into;
  for (const path of [...(content.resources ?? []), ...(content.bases ?? [])]) addResource(target, gathered, path);
  const config = inFile(file, () =>
    mergeConfigs(DEFAULT_CONFIG, loadConfigurations(target.folder, content.configurations ?? [])),
  );
  gathered.config = inFile(file, () => mergeConfigs(gathered.config, config));
  inFile(file, () => generate(target, gathered.set));
  for (const path of content.components ?? []) gathered = addComponent(target, gathered, path);
  inFile(file, () => {
    transform(target, gathered);
    addVars(gathered.set, gathered.vars, content.vars ?? []);
  });
  return gathered;
}

function addResource(target: Target, gathered: Accumulated, path: string): void {
  const { folder, own } = target;
  if (isFile(folder, path)) {
    inFile(own.file, () => {
      const file = isRemote(path) ? path : joinPath(folder.path, path);
      const resources = readResources(file, loadText(folder, path));
      for (const resource of resources) noteFileOrigin(resource, originBelow(target.origin, path));
      gathered.set.appendAll(resources);
    });
    return;
  }
  const below = open(target, path);
  if (below.own.isComponent) {
    throw new KustomizeError(below.own.file, `is a Component; name it under components of ${own.file}`);
  }
  const more = accumulate(below, nothing());
  inFile(own.file, () => mergeInto(gathered, more));
}

function isFile(folder: Folder, path: string): boolean {
  if (!isRemote(path)) return hasFile(folder, path);
  const found = folder.options.resolveRemote?.(path);
  return found !== undefined && "text" in found;
}

function addComponent(target: Target, gathered: Accumulated, path: string): Accumulated {
  if (isFile(target.folder, path)) {
    throw new KustomizeError(target.own.file, `component ${path} is a file; it must be a folder`);
  }
  const below = open(target, path);
  if (!below.own.isComponent) {
    throw new KustomizeError(below.own.file, `is no Component; name it under resources of ${target.own.file}`);
  }
  const changed = accumulate(below, gathered);
  const result = nothing();
  inFile(target.own.file, () => mergeInto(result, changed));
  return result;
}

function open(target: Target, path: string): Target {
  const folder = inFile(target.own.file, () => openFolder(target.folder, path));
  return { folder, own: readKustomization(folder), origin: originBelow(target.origin, path) };
}

function mergeInto(gathered: Accumulated, more: Accumulated): void {
  gathered.set.appendAll(more.set.list);
  gathered.config = mergeConfigs(gathered.config, more.config);
  mergeVars(gathered.vars, more.vars);
}

function generate(target: Target, set: ResourceSet): void {
  const { folder, own, origin } = target;
  const { configMapGenerator = [], secretGenerator = [], generatorOptions, generators = [] } = own.content;
  const step = (kind: string) =>
    origin === undefined ? undefined : { configuredIn: joinPath(origin, own.name), kind };
  for (const args of configMapGenerator) {
    const made = makeConfigMap(args, folder, generatorOptions);
    noteGenerator(made, step("ConfigMapGenerator"));
    set.absorb(made);
  }
  for (const args of secretGenerator) {
    const made = makeSecret(args, folder, generatorOptions);
    noteGenerator(made, step("SecretGenerator"));
    set.absorb(made);
  }
  if (generators.length > 0 && origin !== undefined) {
    throw new RenderProblem("generators together with buildMetadata are not supported; use configMapGenerator");
  }
  for (const plugin of loadPlugins(target, generators)) set.absorb(runGenerator(plugin, folder));
}
