import type { MaintenanceConfiguration, Schedule } from "@azure/arm-containerservice";
import type { MaintenanceSchedule, Recurrence } from "../../domain/preflight/maintenance-schedule.ts";
import { type ArmSettings, createArmClient } from "./arm-client.ts";
import { azureFailure } from "./azure-failure.ts";
import { parseClusterId } from "./resource-id.ts";

/**
 * When AKS may change a cluster by itself (Microsoft.ContainerService/managedClusters/maintenanceConfigurations/read). The
 * configuration named `default` is for AKS's own weekly releases and not for a cluster's upgrades; it is left out. Throws
 * DrydockError.
 */
export async function readMaintenance(settings: ArmSettings, resourceId: string): Promise<MaintenanceSchedule[]> {
  const { subscriptionId, resourceGroup, name } = parseClusterId(resourceId);
  const { client } = await createArmClient(settings, subscriptionId);
  try {
    const found: MaintenanceSchedule[] = [];
    for await (const configuration of client.maintenanceConfigurations.listByManagedCluster(resourceGroup, name)) {
      found.push(...scheduleOf(configuration));
    }
    return found;
  } catch (error) {
    throw azureFailure(error, `read the maintenance windows of ${name}`);
  }
}

function scheduleOf({ name, maintenanceWindow: window }: MaintenanceConfiguration): MaintenanceSchedule[] {
  const recurrence = window === undefined ? undefined : recurrenceOf(window.schedule);
  if (window === undefined || recurrence === undefined) return [];
  return [
    {
      name: name ?? "",
      recurrence,
      durationHours: window.durationHours,
      utcOffset: window.utcOffset ?? "+00:00",
      startDate: window.startDate === undefined ? null : dateOf(window.startDate),
      startTime: window.startTime,
      notAllowed: (window.notAllowedDates ?? []).map(({ start, end }) => ({ start: dateOf(start), end: dateOf(end) })),
    },
  ];
}

function recurrenceOf({ daily, weekly, absoluteMonthly, relativeMonthly }: Schedule): Recurrence | undefined {
  if (daily) return { kind: "daily", everyDays: daily.intervalDays };
  if (weekly) return { kind: "weekly", everyWeeks: weekly.intervalWeeks, dayOfWeek: weekly.dayOfWeek };
  if (absoluteMonthly) {
    const { intervalMonths: everyMonths, dayOfMonth } = absoluteMonthly;
    return { kind: "absoluteMonthly", everyMonths, dayOfMonth };
  }
  if (relativeMonthly) {
    const { intervalMonths: everyMonths, weekIndex, dayOfWeek } = relativeMonthly;
    return { kind: "relativeMonthly", everyMonths, weekIndex, dayOfWeek };
  }
  return undefined;
}

/** The SDK reads a date without a time as midnight in UTC. */
function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
