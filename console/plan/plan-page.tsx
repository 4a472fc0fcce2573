import type { PlanView } from "../../domain/api/plan-view.ts";
import { begunId, type PlanAnswer, readPlan } from "../api/answers.ts";
import { AskButton } from "../ask/ask-button.tsx";
import type { AskWords } from "../ask/ask-dialog.tsx";
import type { Asked, AskOutcome } from "../ask/asked.ts";
import { countText } from "../parts/count-text.ts";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { routeHref } from "../routing/route.ts";
import { FindingList } from "../run/finding-list.tsx";
import { useServices } from "../session/console-services.ts";
import { useTitle } from "../shell/use-title.ts";
import { At } from "../time/instant.tsx";
import { PlannedRing } from "./planned-ring.tsx";

const PLANNING_MS = 2_000;

const planQuestion = (id: string): Question<PlanAnswer> => ({
  path: `plans/${encodeURIComponent(id)}`,
  read: readPlan,
  latestMs: (answer) => (answer.kind === "ready" ? Date.parse(answer.plan.plannedAt) : undefined),
  againMs: ({ kind }) => (kind === "planning" ? PLANNING_MS : undefined),
});

/** A plan: what an upgrade would do, and the button that starts exactly that. */
export function PlanPage({ id }: { readonly id: string }) {
  const poll = usePoll(`plan ${id}`, () => planQuestion(id));
  useTitle(`Plan ${id}`);
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>
          Plan <span class="id">{id}</span>
        </h1>
        <Freshness poll={poll} />
      </div>
      {poll.data?.kind === "planning" && <p class="empty">It is being made; this may take a minute.</p>}
      {poll.data?.kind === "ready" && <PlanBody plan={poll.data.plan} />}
      <p>
        <a href={routeHref({ view: "plan" })}>Another plan</a>
      </p>
    </>
  );
}

function PlanBody({ plan }: { readonly plan: PlanView }) {
  const clusters = plan.rings.flatMap((ring) => ring.clusters);
  const changed = clusters.filter(({ skip }) => skip === null).length;
  return (
    <>
      <PlanSummary plan={plan} changed={changed} clusters={clusters.length} />
      {changed === 0 ? (
        <p class="empty">No cluster would be changed: there is nothing to start.</p>
      ) : (
        <StartPlan id={plan.id} />
      )}
      {plan.findings.length > 0 && (
        <section aria-labelledby="findings">
          <h2 id="findings">
            Findings <span class="number">{plan.findings.length}</span>
          </h2>
          <FindingList findings={plan.findings} />
        </section>
      )}
      {plan.rings.map((ring) => (
        <PlannedRing key={ring.name} ring={ring} />
      ))}
      <p class="digest">
        fleet.yaml: SHA-256 <span class="id">{plan.fleetDigest}</span>
      </p>
    </>
  );
}

interface PlanSummaryProps {
  readonly plan: PlanView;
  readonly changed: number;
  readonly clusters: number;
}

function PlanSummary({ plan, changed, clusters }: PlanSummaryProps) {
  const approvals = plan.rings.filter((ring) => ring.approvals.length > 0).length;
  const blockers = plan.findings.filter(({ severity }) => severity === "blocker").length;
  return (
    <section class="summary" aria-label="Summary">
      <p class="headline">
        <span class="phase">
          {changed} of {countText(clusters, "cluster")} would be upgraded
          {blockers > 0 && <b class="held">, {countText(blockers, "finding")} would block</b>}
        </span>
      </p>
      <dl>
        <div>
          <dt>Planned</dt>
          <dd>
            <At at={plan.plannedAt} />
          </dd>
        </div>
        <div>
          <dt>Would end</dt>
          <dd>{plan.endsAt === null ? "not in sight" : <At at={plan.endsAt} />}</dd>
        </div>
        <div>
          <dt>Approvals</dt>
          <dd>{approvals === 0 ? "none" : `asked for in ${countText(approvals, "ring")}`}</dd>
        </div>
      </dl>
    </section>
  );
}

const START_WORDS: AskWords = {
  title: "Start this run?",
  text: "It does what the plan says, with the same images and versions. Where a cluster has moved away from the plan meanwhile, it is left alone and the run says so.",
  confirm: "Start the run",
  leave: "Not yet",
};

function StartPlan({ id }: { readonly id: string }) {
  const { api, refuseKey } = useServices();
  const send = async (asked: Asked): Promise<AskOutcome> => {
    const outcome = await api.post("runs", { kind: "upgrade", plan: id, ...asked });
    if (outcome.kind === "unauthorized") refuseKey(outcome.status);
    if (outcome.kind === "unauthorized") return { kind: "refused", why: "The key was refused." };
    if (outcome.kind !== "ok") return { kind: "refused", why: `The run was not started: ${outcome.message}` };
    const run = await begunId(outcome.response);
    if (run === undefined) return { kind: "refused", why: "The answer names no run; look into the list of runs." };
    location.hash = routeHref({ view: "run", id: run });
    return { kind: "done" };
  };
  return (
    <div class="actions">
      <AskButton label="Start this run…" class="primary" words={START_WORDS} send={send} onDone={() => {}} />
    </div>
  );
}
