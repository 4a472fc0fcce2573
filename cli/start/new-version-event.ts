import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  ContainerServiceNewKubernetesVersionAvailableEventData,
  SystemEventNameToEventData,
} from "@azure/eventgrid";
import { compare, minor } from "semver";
import { parse } from "yaml";
import { z } from "zod";
import { describeMistakes, parseFleetConfig } from "../../domain/fleet-config.ts";
import { reasonOf, usageFailure } from "../failure.ts";
import type { EventGridEvent } from "../state/session.ts";

const azureSchema = z.looseObject({
  kubernetesVersions: z.array(z.looseObject({ version: z.string(), isPreview: z.boolean().default(false) })).min(1),
});

/** The name of the event, as the official SDK knows it. */
const EVENT_TYPE =
  "Microsoft.ContainerService.NewKubernetesVersionAvailable" satisfies keyof SystemEventNameToEventData;

/**
 * The event with which AKS tells of a new Kubernetes version, for the first cluster of the fleet's first ring, as the
 * sample fleet's Azure would send it. Throws CommandFailure when fleet.yaml or the sample Azure cannot be read.
 */
export function newVersionEvent(appDirectory: string, virtualNowMs: number): EventGridEvent {
  const cluster = firstCluster(join(appDirectory, "fleet.yaml"));
  return {
    id: randomUUID(),
    topic: cluster.resourceId,
    subject: cluster.name,
    eventType: EVENT_TYPE,
    eventTime: new Date(virtualNowMs).toISOString(),
    data: { ...availableVersions(join(appDirectory, "fleet", "azure.yaml")) },
    dataVersion: "1",
    metadataVersion: "1",
  };
}

/** The id of the run that an event starts: a duplicate of the event means the same run. */
export function runIdOf(event: EventGridEvent): string {
  const digest = createHash("sha256").update(`${event.topic.toLowerCase()}\n${event.id}`).digest("hex");
  return `upgrade-${digest.slice(0, 16)}`;
}

function firstCluster(file: string): { name: string; resourceId: string } {
  const parsed = parseFleetConfig(readText(file));
  if ("mistakes" in parsed) {
    const [first = `${file} cannot be read`] = describeMistakes(file, parsed.mistakes).split("\n");
    throw usageFailure(first);
  }
  const { rings, clusters } = parsed.config;
  const ordered = rings.flatMap((ring) => clusters.filter((cluster) => cluster.ring === ring.name));
  const [cluster] = ordered;
  if (cluster === undefined) throw usageFailure(`${file} has no cluster.`);
  return cluster;
}

function availableVersions(file: string): ContainerServiceNewKubernetesVersionAvailableEventData {
  const parsed = azureSchema.safeParse(parseYaml(file));
  if (!parsed.success) throw usageFailure(`${file}: kubernetesVersions must be a list of versions.`);
  const { kubernetesVersions } = parsed.data;
  const released = kubernetesVersions.filter(({ isPreview }) => !isPreview).map(({ version }) => version);
  const previews = kubernetesVersions.filter(({ isPreview }) => isPreview).map(({ version }) => version);
  const ascending = released.sort(compare);
  const latest = ascending.at(-1) ?? "";
  // AKS calls the newest minor version but one "stable".
  const stable = ascending.findLast((version) => minor(version) < minor(latest)) ?? latest;
  return {
    latestSupportedKubernetesVersion: latest,
    latestStableKubernetesVersion: stable,
    lowestMinorKubernetesVersion: ascending.findLast((version) => minor(version) === minor(ascending[0] ?? "")) ?? "",
    latestPreviewKubernetesVersion: previews.sort(compare).at(-1) ?? "",
  };
}

function parseYaml(file: string): unknown {
  const text = readText(file);
  try {
    return parse(text);
  } catch (error) {
    throw usageFailure(`${file}: ${reasonOf(error)}.`, error);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw usageFailure(`${file} cannot be read: ${(error as Error).message}.`, error);
  }
}
