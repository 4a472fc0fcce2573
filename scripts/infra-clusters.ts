/**
 * Writes infra/clusters.json from fleet.yaml: the clusters on which the app gets its role and whose events it hears. Their
 * regions are asked of Azure. azd runs it before it provisions, as `npm run infra:clusters`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMistakes, parseFleetConfig } from "../domain/fleet-config.ts";
import { az } from "./infra/azure-cli.ts";
import { clusterList } from "./infra/cluster-list.ts";

const ROOT = join(import.meta.dirname, "..");
const parsed = parseFleetConfig(readFileSync(join(ROOT, "fleet.yaml"), "utf8"));
if ("mistakes" in parsed) throw new Error(describeMistakes("fleet.yaml", parsed.mistakes));
const clusters = clusterList(parsed.config, (id) =>
  az("resource", "show", "--ids", id, "--query", "location", "--output", "tsv"),
);
writeFileSync(join(ROOT, "infra/clusters.json"), `${JSON.stringify(clusters, null, 2)}\n`);
console.log(`infra/clusters.json names ${clusters.length} cluster(s)`);
