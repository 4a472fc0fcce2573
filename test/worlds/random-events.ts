import type { EventFault } from "../../simulator/eventgrid/event-faults.ts";
import type { GridEvent } from "../../simulator/eventgrid/grid-event.ts";
import type { Deed } from "./deeds.ts";
import type { Dice } from "./dice.ts";
import { type Design, resourceIdOf } from "./random-fleet.ts";

/** The same news for several clusters, some of it twice, in any order; now and then something that nobody can handle. */
export function news(dice: Dice, { design, beginMinutes }: { design: Design; beginMinutes: number }): Deed[] {
  const told = dice.shuffle(design.clusters).slice(0, dice.between(dice.chance(0.2) ? 0 : 1, design.clusters.length));
  const deeds = told.flatMap(({ name }) => {
    const event = newVersion(dice.uuid(), resourceIdOf(name));
    const again = dice.chance(0.3) ? [dice.between(0, 120)] : [];
    return [dice.between(0, 3), ...again].map(
      (later): Deed => ({ atMinutes: beginMinutes + later, kind: "event", event, handled: true }),
    );
  });
  if (dice.chance(0.15)) {
    const known = newVersion(dice.uuid(), resourceIdOf(design.clusters[0]?.name ?? ""));
    const event = dice.pick<GridEvent>([
      { ...known, source: resourceIdOf("nowhere") },
      { ...known, type: "Microsoft.Storage.BlobCreated" },
      { ...known, data: {} },
    ]);
    deeds.push({ atMinutes: dice.between(0, 60), kind: "event", event, handled: false });
  }
  return deeds;
}

function newVersion(id: string, source: string): GridEvent {
  return {
    id,
    source,
    subject: source.split("/").at(-1) ?? "",
    type: "Microsoft.ContainerService.NewKubernetesVersionAvailable",
    time: "2026-11-21T08:00:00Z",
    data: {
      latestSupportedKubernetesVersion: "1.34.2",
      latestStableKubernetesVersion: "1.33.6",
      lowestMinorKubernetesVersion: "1.32.9",
      latestPreviewKubernetesVersion: "1.35.0",
    },
    dataVersion: "1",
    extensions: {},
  };
}

/** What Event Grid makes of events: most come as they are. */
export function eventFaults(dice: Dice): Array<Partial<EventFault>> {
  return Array.from({ length: dice.pick([0, 0, 1, 2]) }, () => ({
    nth: dice.between(1, 4),
    count: dice.pick([1, 1, 3, 20]),
    ...dice.pick<Partial<EventFault>>([
      { lost: true },
      { doubled: true },
      { doubled: true },
      { delaySeconds: dice.pick([5, 90, 1_200]) },
      { reorderedWithinSeconds: dice.pick([10, 600]) },
    ]),
  }));
}
