import { byGravity, type Finding } from "../finding.ts";
import { type BootstrapFile, ClusterView } from "./cluster-view.ts";
import type { ClusterFacts, RuleFinding } from "./fleet-rule.ts";
import { type ClusterEntry, findClusterEntries } from "./flux/cluster-entry.ts";
import type { ClusterTree } from "./flux/cluster-tree.ts";
import { readCluster } from "./flux/read-cluster.ts";
import { type FleetObject, fleetObject, type RenderedObject } from "./objects/fleet-object.ts";
import { folderOf } from "./objects/paths.ts";
import { SourceDocuments } from "./objects/source-documents.ts";
import { Supplies } from "./references/supply.ts";
import type { FluxRenderer } from "./renderer.ts";
import { type Place, placeText, type RepositoryFiles } from "./repository.ts";
import { REPOSITORY_RULES } from "./repository-rules.ts";
import { registriesOf } from "./rules/images.ts";
import { CLUSTER_RULES } from "./rules.ts";

/** A finding with the lines that it is about. */
export interface FleetFinding extends Finding {
  readonly places: readonly Place[];
  /** Whether it is about what a drill must keep from the world outside. */
  readonly isSideEffect: boolean;
}

/** What was found of a cluster, the gravest first. */
export interface ClusterCheck {
  readonly name: string;
  readonly path: string;
  readonly tree: ClusterTree;
  readonly objects: number;
  readonly registries: readonly string[];
  readonly findings: readonly FleetFinding[];
}

/** What was found of a repository. */
export interface FleetCheck {
  readonly clusters: readonly ClusterCheck[];
  /** Of the repository as a whole. */
  readonly findings: readonly FleetFinding[];
}

/** What to check, and with what. */
export interface FleetCheckRequest {
  readonly files: RepositoryFiles;
  readonly renderer: FluxRenderer;
  /** URLs that the checkout is known by; a source with another one is external. */
  readonly origins: readonly string[];
  /** Only this cluster. */
  readonly cluster?: string | undefined;
  readonly attachedRegistries?: readonly string[] | undefined;
}

/** The names of the clusters of a repository, sorted. */
export function clusterNames(files: RepositoryFiles): string[] {
  return findClusterEntries(files, new SourceDocuments(files)).map(({ name }) => name);
}

/**
 * Reads a fleet repository as Flux would, and says of each cluster what a rebuild from it alone would lack. A cluster that is
 * asked for and not there leaves the list of clusters empty.
 */
export function checkFleet(request: FleetCheckRequest): FleetCheck {
  const { files, renderer, origins, cluster } = request;
  const documents = new SourceDocuments(files);
  const all = findClusterEntries(files, documents);
  const entries = cluster === undefined ? all : all.filter(({ name }) => name === cluster);
  const known = new WeakMap<RenderedObject, FleetObject>();
  const objectOf = (rendered: RenderedObject): FleetObject => {
    const found = known.get(rendered) ?? fleetObject(rendered, documents);
    known.set(rendered, found);
    return found;
  };
  const ground = { renderer, objectOf, origins: [...origins, ...urlsOf(all)], folders: foldersOf(files) };
  const bootstrap = bootstrapFiles(files);
  const clusters = entries.map((entry) => checkCluster(readCluster(ground, entry), bootstrap, request));
  const trees = clusters.map(({ tree }) => tree);
  const facts = { files, documents, clusters: trees, isWhole: cluster === undefined };
  const findings = REPOSITORY_RULES.flatMap(({ check, ...rule }) =>
    check(facts).map((found) => finding(rule, found, null, false)),
  );
  return { clusters, findings: byGravity(findings) };
}

/** All clusters of a repository are read from it: what one calls its source, it is. */
function urlsOf(entries: readonly ClusterEntry[]): string[] {
  return [...new Set(entries.flatMap(({ url }) => (url === null ? [] : [url])))];
}

function foldersOf({ paths }: RepositoryFiles): Set<string> {
  const folders = new Set([""]);
  for (const path of paths) {
    for (let folder = folderOf(path); !folders.has(folder); folder = folderOf(folder)) folders.add(folder);
  }
  return folders;
}

/** Files with which clusters are prepared before Flux begins, by their names. */
function bootstrapFiles(files: RepositoryFiles): BootstrapFile[] {
  return files.paths
    .filter(
      (path) =>
        /(?:^|\/)(?:bootstrap|helmfile)[^/]*(?:\/|$)/i.test(path) && /\.(?:ya?ml|sh|just|gotmpl|tf|bicep)$/.test(path),
    )
    .map((file) => ({ file, text: files.read(file) ?? "" }));
}

function checkCluster(
  tree: ClusterTree,
  bootstrap: readonly BootstrapFile[],
  { attachedRegistries }: FleetCheckRequest,
): ClusterCheck {
  const view = new ClusterView(tree, bootstrap);
  const facts: ClusterFacts = { view, supplies: new Supplies(view), attachedRegistries: attachedRegistries ?? null };
  const findings = CLUSTER_RULES.flatMap(({ check, isSideEffect, ...rule }) =>
    check(facts).map((found) => finding(rule, found, tree.name, isSideEffect === true)),
  );
  return {
    name: tree.name,
    path: tree.path,
    tree,
    objects: view.objects.length,
    registries: registriesOf(view),
    findings: byGravity(findings),
  };
}

function finding(
  { code, severity, remedy }: Pick<Finding, "code" | "severity" | "remedy">,
  found: RuleFinding,
  cluster: string | null,
  isSideEffect: boolean,
): FleetFinding {
  const { subject, message, places, evidence = [] } = found;
  return {
    code,
    severity: found.severity ?? severity,
    subject,
    message,
    evidence: [...places.map(placeText), ...evidence],
    remedy,
    cluster,
    places,
    isSideEffect,
  };
}
