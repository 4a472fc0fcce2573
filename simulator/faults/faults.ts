import type { AzureModel } from "../azure/azure-model.ts";
import type { World } from "../world.ts";
import { FaultBook } from "./fault-book.ts";
import { type FaultPlan, ScenarioFaultPlan } from "./fault-plan.ts";
import { hasStaleReads, PastStates } from "./past-states.ts";
import { RequestQuota } from "./request-quota.ts";
import type { Scenario } from "./scenario.ts";

/** What a scenario does to requests, and the books on all its faults. */
export interface Faults {
  readonly book: FaultBook;
  readonly plan: FaultPlan;
  readonly quota: RequestQuota;
  readonly past: PastStates | undefined;
}

/** Opens the books of a world's faults. */
export function openFaultBook(world: World, { randomFaults }: Scenario): FaultBook {
  return new FaultBook(world, randomFaults);
}

/** Makes what stands between the requests and an Azure. */
export function createFaults(azure: AzureModel, scenario: Scenario, book: FaultBook): Faults {
  return {
    book,
    plan: new ScenarioFaultPlan(scenario.faults, book),
    quota: new RequestQuota(scenario.throttling, azure.world.clock),
    past: hasStaleReads(scenario) ? new PastStates(azure) : undefined,
  };
}
