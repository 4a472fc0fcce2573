import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { KubernetesResource } from "../../kustomize/kubernetes-resource.ts";
import { renderKustomization } from "../../kustomize/render.ts";
import { type AzureFile, azureFileSchema } from "./azure-file.ts";

/** A fleet folder: the Azure it lives in and what runs on its clusters. */
export interface Fleet {
  readonly azure: AzureFile;
  /** Everything that runs on a cluster, rendered from `clusters/{name}`. Throws when that cannot be rendered. */
  workloads(clusterName: string): KubernetesResource[];
}

/**
 * Opens a fleet folder and checks all of it, so that a mistake is told at the start, not in the middle of a run.
 * Throws an Error with one sentence that names the file.
 */
export function openFleet(directory: string): Fleet {
  const azure = readAzureFile(join(directory, "azure.yaml"));
  const readFile = (path: string) => readText(join(directory, path));
  const folders = new Map(azure.clusters.map(({ name, workloads = `clusters/${name}` }) => [name, workloads] as const));
  const rendered = new Map(
    [...new Set(folders.values())].map((folder) => [folder, renderKustomization(folder, readFile)] as const),
  );
  return { azure, workloads: (clusterName) => rendered.get(folders.get(clusterName) ?? "") ?? [] };
}

function readAzureFile(file: string): AzureFile {
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot read the fleet's ${file}: ${reason}`, { cause: error });
  }
  const parsed = azureFileSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new Error(`${file}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
}

function readText(file: string): string | undefined {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats?.isFile() ? readFileSync(file, "utf8") : undefined;
}
