import type { AzureFaults, MachineFacts, OperationFacts, PodFacts } from "../azure/azure-faults.ts";
import type { OperationFault } from "../azure/records.ts";
import type { World } from "../world.ts";
import type { FaultBook } from "./fault-book.ts";
import { agrees, hit } from "./rule-match.ts";
import type { Scenario } from "./scenario.ts";

const ALLOCATION_MESSAGES: Readonly<Record<string, string>> = {
  AllocationFailed:
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this region. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance",
  ZonalAllocationFailed:
    "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone. Read more about improving likelihood of allocation success at http://aka.ms/allocation-guidance",
  OverconstrainedAllocationRequest:
    "Allocation failed. VM(s) with the following constraints cannot be allocated, because the condition is too restrictive. Please remove some constraints and try again.",
  SkuNotAvailable:
    "The requested VM size is currently not available in this location. Please try another size or deploy to a different location or different zone.",
};

/** What a seed makes of an operation that fails; each a failure that operators know. */
const DRAWN_FAILURES = [
  ["InternalOperationError", "Internal server error. Please retry the operation."],
  ["VMExtensionProvisioningTimeout", "Provisioning of VM extension vmssCSE has timed out."],
  [
    "ReconcileStandardLoadBalancerError",
    "Reconcile standard load balancer failed. Details: the operation was preempted.",
  ],
] as const;

/** The faults of a scenario inside Azure: by its rules first, by its seed second. */
export function scenarioAzureFaults(scenario: Scenario, book: FaultBook, world: World): AzureFaults {
  return {
    operation: (facts) => operationFault(scenario, book, world, facts),
    allocation: (facts) => allocationFault(scenario, book, facts),
    neverReady(facts) {
      const byRule = hit(book, "nodes", scenario.nodes, (match) => agrees(match, facts));
      const isHit = byRule !== undefined || book.draw(`node ${facts.machine}`, ["nodeNeverReady"]) !== undefined;
      if (isHit) book.note("nodeNeverReady");
      return isHit;
    },
    neverGone(facts) {
      const byRule = hit(book, "pods", scenario.pods, (match) => agrees(match, facts));
      const isHit = byRule !== undefined || drawnForPod(book, facts);
      if (isHit) book.note("podNeverGone");
      return isHit;
    },
  };
}

function drawnForPod(book: FaultBook, { cluster, namespace, name }: PodFacts): boolean {
  return book.draw(`pod ${cluster}/${namespace}/${name}`, ["podNeverGone"]) !== undefined;
}

function operationFault(
  scenario: Scenario,
  book: FaultBook,
  world: World,
  facts: OperationFacts,
): OperationFault | undefined {
  const { kind, cluster, pool, resourceId: resource } = facts;
  const rule = hit(book, "operations", scenario.operations, (match) =>
    agrees(match, { kind, cluster, pool, resource }),
  );
  const fault = rule ? ruledFault(rule, world.nowMs) : drawnFault(book, facts, world.nowMs);
  if (fault) book.note(fault.kind === "fail" ? "operationFails" : "operationStuck");
  return fault;
}

function ruledFault({ fail, stuckHours = 0 }: Scenario["operations"][number], nowMs: number): OperationFault {
  if (!fail) return { kind: "stuck", untilMs: nowMs + stuckHours * 3_600_000 };
  const { code, message, afterSeconds } = fail;
  return { kind: "fail", code, message, ...(afterSeconds === undefined ? {} : { atMs: nowMs + afterSeconds * 1_000 }) };
}

function drawnFault(book: FaultBook, { kind, resourceId }: OperationFacts, nowMs: number): OperationFault | undefined {
  // What ends an operation that is stuck must not be stuck itself.
  if (kind === "Abort") return undefined;
  const drawn = book.draw(`operation ${kind} ${resourceId}`, ["operationFails", "operationStuck"]);
  if (!drawn) return undefined;
  const { random } = drawn;
  if (drawn.kind === "operationStuck") return { kind: "stuck", untilMs: nowMs + random.between(1, 6) * 3_600_000 };
  const [code, message] = DRAWN_FAILURES[random.between(0, DRAWN_FAILURES.length - 1)] ?? DRAWN_FAILURES[0];
  return { kind: "fail", code, message, atMs: nowMs + random.between(5, 900) * 1_000 };
}

function allocationFault(scenario: Scenario, book: FaultBook, facts: MachineFacts) {
  const rule = hit(book, "capacity", scenario.capacity, ({ zone, ...match }) => {
    return (zone === undefined || zone === facts.zone) && agrees(match, facts);
  });
  const isDrawn = !rule && book.draw(`allocation ${facts.machine}`, ["allocation"]) !== undefined;
  if (!rule && !isDrawn) return undefined;
  book.note("allocation");
  const code = rule?.code ?? "AllocationFailed";
  return { code, message: ALLOCATION_MESSAGES[code] ?? code };
}
