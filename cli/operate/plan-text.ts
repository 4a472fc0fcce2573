import type { PlanView } from "../../domain/api/plan-view.ts";
import { changeText } from "../../domain/change-text.ts";
import { durationText } from "../../domain/duration-text.ts";
import { findingLines } from "../output/finding-lines.ts";
import { instantText } from "../output/instant-text.ts";
import { tableLines } from "../output/table.ts";
import { paint } from "../view/paint.ts";

type RingPlan = PlanView["rings"][number];

const MINUTE_MS = 60_000;

/** One line of a ring's table: a cluster, its control plane or one of its pools. */
interface Row {
  readonly cluster: string;
  readonly part: string;
  readonly change: string;
  readonly minutes: string;
  readonly starts: string;
  readonly ends: string;
  readonly note: string;
}

/** A plan for people: ring by ring what changes, when, and what stands against it. */
export function planLines(plan: PlanView, isColoured: boolean): string[] {
  const { id, plannedAt, endsAt, rings, findings } = plan;
  const end = endsAt === null ? "when it ends cannot be forecast" : `forecast to end ${instantText(endsAt)}`;
  const isIdle = rings.every(({ clusters }) => clusters.every(({ skip }) => skip !== null));
  return [
    `${paint(`Plan ${id}`, "strong", isColoured)}, made ${instantText(plannedAt)}${isIdle ? ": nothing to do" : `, ${end}`}`,
    ...rings.flatMap((ring) => ["", ...ringLines(ring, isColoured)]),
    ...(findings.length === 0 ? [] : ["", ...findings.flatMap((finding) => findingLines(finding, isColoured))]),
    ...(isIdle ? [] : ["", `Do exactly this: drydock run upgrade --plan ${id} --reason "…"`]),
  ];
}

function ringLines(ring: RingPlan, isColoured: boolean): string[] {
  const { name, maxParallel, soakMinutes, approvals, clusters } = ring;
  const facts = [
    `${maxParallel} at a time`,
    ...(soakMinutes > 0 ? [`soak ${durationText(soakMinutes * MINUTE_MS)}`] : []),
    windowText(ring.window),
  ];
  const rows = clusters.flatMap(clusterRows);
  const table = tableLines<Row>(
    rows,
    [
      ["CLUSTER", (row) => row.cluster],
      ["PART", (row) => row.part],
      ["CHANGE", (row) => row.change],
      ["ABOUT", (row) => row.minutes],
      ["STARTS", (row) => row.starts],
      ["ENDS", (row) => row.ends],
      ["NOTE", (row) => row.note],
    ],
    isColoured,
  );
  return [
    `${paint(name, "strong", isColoured)}: ${facts.join(", ")}`,
    ...approvals.map((what) => `  ${paint("to be approved:", "waiting", isColoured)} ${what}`),
    ...table.map((line) => `  ${line}`),
  ];
}

function windowText(window: RingPlan["window"]): string {
  if (window === null) return "at any time";
  if (window.open) return `window open until ${instantText(window.closesAt)}`;
  const opens = window.opensAt === null ? "never opens" : `opens ${instantText(window.opensAt)}`;
  return `window ${opens} (${window.reason ?? "shut"})`;
}

function clusterRows(cluster: RingPlan["clusters"][number]): Row[] {
  const { name, skip, controlPlane, pools, estimatedMinutes, startsAt, endsAt, reason } = cluster;
  const first = {
    cluster: name,
    part: "",
    change: skip === null ? "" : "none",
    minutes: skip === null ? minutesText(estimatedMinutes) : "",
    starts: startsAt === null ? "" : instantText(startsAt),
    ends: endsAt === null ? "" : instantText(endsAt),
    note: reason ?? "",
  };
  const part = { cluster: "", starts: "", ends: "", note: "" };
  const plane = controlPlane && {
    ...part,
    part: "control plane",
    change: changeText(controlPlane.from, controlPlane.to),
    minutes: "",
  };
  return [
    first,
    ...(plane ? [plane] : []),
    ...pools.map((pool) => ({
      ...part,
      part: `${pool.name} (${pool.count} ${pool.count === 1 ? "node" : "nodes"}, ${pool.strategy})`,
      change: poolChange(pool),
      minutes: minutesText(pool.estimatedMinutes),
    })),
  ];
}

function poolChange({ fromVersion, toVersion, fromImage, toImage }: RingPlan["clusters"][number]["pools"][number]) {
  const version = fromVersion === toVersion ? [] : [changeText(fromVersion, toVersion)];
  const image = fromImage === toImage ? [] : [changeText(fromImage, toImage)];
  return [...version, ...image].join(", ");
}

function minutesText(minutes: number): string {
  return durationText(minutes * MINUTE_MS);
}
