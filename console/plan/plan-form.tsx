import type { TargetedSubmitEvent } from "preact";
import { useState } from "preact/hooks";
import { begunId, type Fleet, type FleetCluster, readFleet } from "../api/answers.ts";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { routeHref } from "../routing/route.ts";
import { useServices } from "../session/console-services.ts";

const AGAIN_MS = 60_000;
/** The API itself answers after twenty seconds at most, with where to look for a plan that is not ready by then. */
const PLAN_TIMEOUT_MS = 40_000;

const SCOPES = [
  { value: "nodeImage", label: "Node images only" },
  { value: "patch", label: "Node images and patches of Kubernetes" },
  { value: "minor", label: "Node images, patches and the next minor version" },
] as const;

const fleetQuestion = (): Question<Fleet> => ({ path: "fleet", read: readFleet, againMs: () => AGAIN_MS });

/** Asks what an upgrade would do, and goes to the answer. Nothing is changed. */
export function PlanForm() {
  const poll = usePoll("fleet", fleetQuestion);
  const [isChosen, setChosen] = useState(false);
  const { isPlanning, trouble, plan } = usePlanning();
  const clusters = poll.data?.clusters ?? [];
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Plan an upgrade</h1>
        <Freshness poll={poll} />
      </div>
      <p class="lead">Says what goes where in which order, when, and what would block it. Nothing is changed.</p>
      <form class="form plan-form" onSubmit={plan}>
        <label>
          How far may it go?
          <select name="scope">
            {SCOPES.map(({ value, label }) => (
              <option key={value} value={value} selected={value === "minor"}>
                {label}
              </option>
            ))}
          </select>
        </label>
        <fieldset>
          <legend>Which clusters?</legend>
          <label class="choice">
            <input type="radio" name="which" value="all" checked={!isChosen} onChange={() => setChosen(false)} />
            The whole fleet
          </label>
          <label class="choice">
            <input type="radio" name="which" value="some" checked={isChosen} onChange={() => setChosen(true)} />
            Only these:
          </label>
          {isChosen && <ClusterChoice clusters={clusters} />}
        </fieldset>
        <label class="choice">
          <input type="checkbox" name="preflight" defaultChecked />
          Look into every cluster for what would block it
        </label>
        <p role="alert" class="mistake">
          {trouble}
        </p>
        <div class="actions">
          <button type="submit" class="primary" disabled={isPlanning}>
            {isPlanning ? "Planning…" : "Make the plan"}
          </button>
        </div>
      </form>
    </>
  );
}

function ClusterChoice({ clusters }: { readonly clusters: readonly FleetCluster[] }) {
  return (
    <fieldset class="choices" aria-label="Clusters">
      {clusters.map(({ name, ring }) => (
        <label key={name} class="choice">
          <input type="checkbox" name="cluster" value={name} />
          <span>
            {name} <span class="facts">{ring}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function usePlanning() {
  const { api, refuseKey } = useServices();
  const [isPlanning, setPlanning] = useState(false);
  const [trouble, setTrouble] = useState("");
  const plan = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const clusters = fields.getAll("cluster");
    const isWhole = fields.get("which") === "all";
    if (!isWhole && clusters.length === 0) return setTrouble("Choose at least one cluster, or the whole fleet.");
    setPlanning(true);
    setTrouble("");
    const body = {
      kind: "upgrade",
      scope: fields.get("scope"),
      preflight: fields.has("preflight"),
      ...(isWhole ? {} : { clusters }),
    };
    const outcome = await api.post("plans", body, PLAN_TIMEOUT_MS);
    setPlanning(false);
    if (outcome.kind === "unauthorized") return refuseKey(outcome.status);
    if (outcome.kind !== "ok") return setTrouble(`There is no plan: ${outcome.message}`);
    const id = await begunId(outcome.response);
    if (id === undefined) return setTrouble("The answer names no plan.");
    location.hash = routeHref({ view: "planned", id });
  };
  return { isPlanning, trouble, plan: (event: TargetedSubmitEvent<HTMLFormElement>) => void plan(event) };
}
