import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type AzureFile, azureFileSchema } from "../../simulator/fleet/azure-file.ts";
import { FLEET } from "./start-simulator.ts";

/** The sample fleet with another `azure.yaml`, in a folder of its own; answers the folder. */
export function changedFleet(parent: string, change: (azure: AzureFile) => object): string {
  const directory = join(parent, "fleet");
  cpSync(FLEET, directory, { recursive: true });
  const file = join(directory, "azure.yaml");
  const azure = azureFileSchema.parse(parse(readFileSync(file, "utf8")));
  writeFileSync(file, JSON.stringify(change(azure)));
  return directory;
}

/** The cluster of this name, for a change of it. */
export function clusterIn(azure: AzureFile, name: string): AzureFile["clusters"][number] {
  const found = azure.clusters.find((cluster) => cluster.name === name);
  if (!found) throw new Error(`the fleet has no ${name}`);
  return found;
}
