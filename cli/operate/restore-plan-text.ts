import type { RestorePlanView } from "../../domain/api/restore-plan-view.ts";
import { durationText } from "../../domain/duration-text.ts";
import { findingLines } from "../output/finding-lines.ts";
import { instantText } from "../output/instant-text.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../view/fit-width.ts";
import { paint } from "../view/paint.ts";

type PlannedTest = RestorePlanView["tests"][number];

/** How a plan of restore tests is shown. */
interface Shown {
  /** The point that was asked for; null for fleet.yaml's. */
  readonly point: string | null;
  readonly isColoured: boolean;
}

/** A plan of restore tests for people: what would be restored where, all that would be made, and what stands against it. */
export function restorePlanLines(plan: RestorePlanView, { point, isColoured }: Shown): string[] {
  const { id, plannedAt, blocked, tests, cost, maxClusters } = plan;
  const able = tests.filter(({ skip }) => skip === null);
  const findings = [...plan.findings, ...tests.flatMap((test) => test.findings)];
  const names = able.map(({ cluster }) => cluster).join(",");
  const asked = point === null ? "" : ` --point ${point}`;
  const start = `Do this: drydock run restore-test --cluster ${names}${asked} --reason "…"`;
  return [
    `${paint(`Plan ${id}`, "strong", isColoured)}, made ${instantText(plannedAt)}: ${able.length} of ${tests.length} backups, ${maxClusters} at a time, about ${costText(cost)}`,
    ...(blocked === null ? [] : [paint(`blocked: ${printable(blocked)}`, "failed", isColoured)]),
    "",
    ...tableLines<PlannedTest>(
      tests,
      [
        ["CLUSTER", ({ cluster }) => cluster],
        ["POINT", ({ point: one }) => (one ? `${instantText(one.takenAt)} (${one.tier})` : "none")],
        ["REGION", ({ region }) => region],
        ["NODES", ({ nodes, kubernetesVersion }) => `${nodes.count} x ${nodes.vmSize}, ${kubernetesVersion}`],
        ["ABOUT", ({ skip, estimatedMinutes }) => (skip === null ? durationText(estimatedMinutes * 60_000) : "")],
        ["COST", ({ skip, cost: one }) => (skip === null ? costText(one) : "")],
        ["NOTE", ({ skip }) => skip ?? ""],
      ],
      isColoured,
    ),
    ...able.flatMap((test) => ["", ...testLines(test, isColoured)]),
    ...(findings.length === 0 ? [] : ["", ...findings.flatMap((finding) => findingLines(finding, isColoured))]),
    ...(able.length === 0 || blocked !== null ? [] : ["", start]),
  ];
}

function testLines(
  { cluster, makes, roles, namespaces, probes, keepHours }: PlannedTest,
  isColoured: boolean,
): string[] {
  return [
    paint(`${cluster}: makes, and takes away`, "strong", isColoured),
    ...makes.map((made) => `  ${printable(made)}`),
    ...roles.map(({ role, scope, of, why }) => `  ${role} at ${scope} for ${of}: ${why}`),
    `  restores ${namespaces.length === 0 ? "no namespace" : namespaces.join(", ")}; asks ${probes.length === 0 ? "no probe" : probes.join(", ")}`,
    ...(keepHours > 0 ? [`  may be looked into for ${keepHours} h`] : []),
  ];
}

function costText({ amount, currency, isComplete }: RestorePlanView["cost"]): string {
  return isComplete ? `${amount} ${currency}` : "an unknown cost";
}
