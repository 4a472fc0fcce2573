import { z } from "zod";

/** Who keeps the state of runs: parameter durableBackend of infra/main.bicep. */
export const durableBackendSchema = z.enum(["storage", "durableTaskScheduler"]);
export type DurableBackend = z.infer<typeof durableBackendSchema>;

const hostJsonSchema = z.looseObject({
  extensions: z.looseObject({ durableTask: z.looseObject({ hubName: z.string() }) }),
});

/** App settings that infra/modules/durable-task.bicep gives. */
const SCHEDULER = { type: "azureManaged", connectionStringName: "DURABLE_TASK_SCHEDULER_CONNECTION_STRING" };

/**
 * host.json of a package for a backend. It is in the file and not in app settings because Azure's scale controller reads the
 * file alone. Throws ZodError for a host.json without a task hub.
 */
export function hostJsonFor(hostJson: unknown, backend: DurableBackend): unknown {
  const host = hostJsonSchema.parse(hostJson);
  if (backend === "storage") return host;
  const durableTask = { ...host.extensions.durableTask, hubName: "%TASKHUB_NAME%", storageProvider: SCHEDULER };
  return { ...host, extensions: { ...host.extensions, durableTask } };
}
