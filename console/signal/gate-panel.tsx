import { useId } from "preact/hooks";
import type { RunView } from "../../domain/api/run-view.ts";
import type { Finding } from "../../domain/finding.ts";
import type { Gate } from "../../domain/run-control.ts";
import { ShowMore } from "../parts/show-more.tsx";
import { ringsOf } from "../run/parts-of.ts";
import { StatusMark } from "../status/status-mark.tsx";
import { gateStatus } from "../status/tone.ts";
import { TimeLeft } from "../time/instant.tsx";
import { SignalButton } from "./signal-button.tsx";

/** Facts that are drawn before one asks for more. */
const FIRST = 5;

interface GatePanelProps {
  readonly run: RunView;
  readonly gate: Gate;
  readonly onTaken: () => void;
}

/** A question that a run has put to people: what it is decided by, what comes without an answer, and a button for each answer. */
export function GatePanel({ run, gate, onTaken }: GatePanelProps) {
  const title = useId();
  const failed = failedClusters(run, gate);
  return (
    <section class={`gate ${gateStatus(gate.kind).tone}`} aria-labelledby={title}>
      <h2 id={title}>
        <StatusMark status={gateStatus(gate.kind)} /> {gate.ring !== null && <span>Ring {gate.ring}</span>}
      </h2>
      <p class="question">{gate.question}</p>
      {failed.length === 0 ? <Lines lines={gate.evidence} /> : <Lines lines={failed} />}
      <Remedies findings={blockersOf(run, gate)} />
      <div class="actions">
        {gate.options.map((kind) => (
          <SignalButton key={kind} runId={run.id} kind={kind} gate={gate.id} onTaken={onTaken} />
        ))}
        <span class="left">
          <TimeLeft until={gate.expiresAt} />; then {gate.unanswered}
        </span>
      </div>
    </section>
  );
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <ShowMore items={lines} first={FIRST}>
      {(shown) => (
        <ul class="evidence">
          {shown.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
    </ShowMore>
  );
}

function Remedies({ findings }: { readonly findings: readonly Finding[] }) {
  const remedies = [...new Set(findings.map(({ remedy }) => remedy))];
  if (remedies.length === 0) return null;
  return (
    <ShowMore items={remedies} first={FIRST}>
      {(shown) => (
        <ul class="remedies" aria-label="What to do">
          {shown.map((remedy) => (
            <li key={remedy}>
              <b>What to do:</b> {remedy}
            </li>
          ))}
        </ul>
      )}
    </ShowMore>
  );
}

function failedMembers(run: RunView, { kind, ring }: Gate) {
  if (kind !== "halt") return [];
  const clusters = ringsOf(run).find(({ name }) => name === ring)?.clusters ?? [];
  return clusters.filter(({ state }) => state === "failed" || state === "blocked");
}

/** What failed in a halted ring, and why; a gate's own evidence tells no reasons. */
function failedClusters(run: RunView, gate: Gate): string[] {
  return failedMembers(run, gate).map(({ name, state, reason }) => `${name}: ${state}${reason ? `: ${reason}` : ""}`);
}

function blockersOf(run: RunView, gate: Gate): Finding[] {
  const failed = new Set(failedMembers(run, gate).map(({ name }) => name));
  return run.findings.filter(
    ({ cluster, severity }) => severity === "blocker" && cluster !== null && failed.has(cluster),
  );
}
