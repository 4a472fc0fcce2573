import { START_MS } from "../world.ts";
import type { Invariant } from "./invariant.ts";

/** When the app searches for new images for the first time: Monday at six. */
const SEARCH_MS = Date.parse("2026-11-23T06:00:00Z");
/** How late it may come: the host may have been down. */
const SEARCH_LATE_MS = 30 * 60_000;

/** What becomes of events. */
export const EVENT_INVARIANTS: readonly Invariant[] = [
  {
    name: "every accepted event leads to a run, is folded into one, or is a dead letter",
    violations: ({ events, story }, { reports, deadLetters }) => {
      const started = new Set([...reports.values()].map(({ trigger }) => trigger.event?.id));
      const folded = [...reports.values()].flatMap(({ findings }) =>
        findings.filter(({ code }) => code === "EventsFolded").flatMap(({ evidence }) => evidence),
      );
      const told = new Set(story.deeds.flatMap((deed) => (deed.kind === "event" ? [deed.event.id] : [])));
      return [...events.accepted]
        .filter((id) => told.has(id))
        .filter((id) => !started.has(id) && !folded.some((line) => line.includes(id)))
        .filter((id) => !deadLetters.some(({ eventId }) => eventId === id))
        .map((id) => `event ${id} was taken, and nothing came of it`);
    },
  },
  {
    name: "an event starts one run at most",
    violations: (_world, { reports }) => {
      const ids = [...reports.values()].flatMap(({ trigger }) => trigger.event?.id ?? []);
      return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `event ${id} started two runs`);
    },
  },
  {
    name: "no event is refused for good, unless it was offered too often while nobody was there",
    violations: (_world, { undelivered }) =>
      [...undelivered]
        .filter(([, reason]) => !["MaxDeliveryAttemptsExceeded", "TimeToLiveExceeded"].includes(reason))
        .map(([id, reason]) => `event ${id} was refused: ${reason}`),
  },
  {
    name: "the weekly search comes, and makes up for what Event Grid lost",
    violations: (_world, { lost, livedMs, reports }) => {
      if (START_MS + livedMs < SEARCH_MS + SEARCH_LATE_MS) return lost.map((id) => `event ${id} was lost for good`);
      const searches = [...reports.values()].filter(
        ({ trigger, startedAt }) => trigger.by === "timer" && Date.parse(startedAt) >= SEARCH_MS,
      );
      return searches.length > 0 ? [] : [`no search was begun on ${new Date(SEARCH_MS).toISOString()}`];
    },
  },
];
