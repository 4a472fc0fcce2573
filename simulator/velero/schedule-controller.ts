import { Cron } from "croner";
import { z } from "zod";
import { durationSeconds } from "../flux/duration.ts";
import type { Controller } from "../kubernetes/controllers/controller.ts";
import { createFromManifest } from "../kubernetes/model/apply.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import { VELERO_API } from "./definitions.ts";
import { findObject, nowText, veleroController, writeStatus } from "./velero-objects.ts";
import type { VeleroStorage } from "./velero-storage.ts";

const NAME = "velero-schedule";

const specSchema = z.looseObject({
  schedule: z.string(),
  paused: z.boolean().nullish(),
  template: z.record(z.string(), z.unknown()),
});
const statusSchema = z.looseObject({ lastBackup: z.string().optional(), phase: z.string().optional() });

/** Makes backups by the clock (UTC). One that is paused makes none. */
export function scheduleController(storage: VeleroStorage): Controller {
  return veleroController(NAME, "Schedule", (cluster, resource, schedule) => {
    const parsed = specSchema.safeParse(schedule.spec);
    const { lastBackup, phase } = statusSchema.parse(schedule.status ?? {});
    const sinceMs = Date.parse(lastBackup ?? schedule.metadata.creationTimestamp);
    const nextMs = parsed.success ? nextRun(parsed.data.schedule, sinceMs) : undefined;
    if (!parsed.success || nextMs === undefined) {
      const validationErrors = [`invalid schedule: ${parsed.data?.schedule ?? "spec is not valid"}`];
      writeStatus(cluster, resource, schedule, { phase: "FailedValidation", validationErrors });
      return;
    }
    const enabled = phase === "Enabled" ? schedule : writeStatus(cluster, resource, schedule, { phase: "Enabled" });
    if (parsed.data.paused) return;
    if (cluster.world.nowMs < nextMs) {
      storage.wakeAt(cluster, NAME, keyOfObject(schedule), nextMs);
      return;
    }
    const { namespace = "", name, labels = {} } = schedule.metadata;
    const backup = `${name}-${nowText(cluster).replaceAll(/\D/g, "")}`;
    if (!findObject(cluster, "Backup", namespace, backup)) {
      createFromManifest(cluster, {
        apiVersion: VELERO_API,
        kind: "Backup",
        metadata: { name: backup, namespace, labels: { ...labels, "velero.io/schedule-name": name } },
        spec: parsed.data.template,
      });
    }
    // The change brings the controller back, which then waits for the next one.
    writeStatus(cluster, resource, enabled, { lastBackup: nowText(cluster) });
  });
}

/** The first run after an instant, by cron or `@every 6h`; undefined when it cannot be read. */
function nextRun(pattern: string, afterMs: number): number | undefined {
  const [, every] = /^@every (\S+)$/.exec(pattern) ?? [];
  const seconds = durationSeconds(every);
  if (every !== undefined) return seconds === undefined || seconds === 0 ? undefined : afterMs + seconds * 1_000;
  try {
    return new Cron(pattern, { paused: true, timezone: "UTC" }).nextRun(new Date(afterMs))?.getTime();
  } catch {
    return undefined;
  }
}
