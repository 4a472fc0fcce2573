import type { Invariant } from "./invariant.ts";

/** Events after which an orchestration must have continued as new; a run over a small fleet needs a third of it. */
const LONGEST_HISTORY = 500;

/** How runs end, and what is shown of them. */
export const RUN_INVARIANTS: readonly Invariant[] = [
  {
    name: "every run ends, in a report",
    violations: (_world, { endless, runs, reported }) => [
      ...endless.map((id) => `run ${id} has not ended`),
      ...runs
        .filter(({ id, status }) => status === "finished" && !reported.has(id))
        .map(({ id }) => `run ${id} has no report`),
    ],
  },
  {
    name: "every run is told in Teams, unless it says why not",
    violations: (_world, { runs, cards }) =>
      runs
        .filter(({ id, status, phase }) => status === "finished" && phase === "finished" && !cards.includes(id))
        .map(({ id }) => `run ${id} has no card`),
  },
  {
    name: "the API answers, and shows nothing that has ended as going on",
    violations: (_world, { complaints }) => [...complaints],
  },
  {
    name: "no history grows without bound",
    violations: (_world, { histories }) =>
      histories
        .filter(({ events }) => events > LONGEST_HISTORY)
        .map(({ id, events }) => `the history of ${id} has ${events} events`),
  },
  {
    name: "the simulated Azure answers as the references say",
    violations: ({ contract }) => {
      try {
        contract?.verify();
        return [];
      } catch (error) {
        return [(error as Error).message];
      }
    },
  },
  {
    name: "no secret is written down",
    violations: (_world, { leaks }) => leaks.map(({ secret, place }) => `${secret} stands in ${place}`),
  },
];
