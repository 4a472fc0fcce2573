import type { SignalKind } from "../../domain/run-control.ts";
import { AskButton } from "../ask/ask-button.tsx";
import type { Asked, AskOutcome } from "../ask/asked.ts";
import { useServices } from "../session/console-services.ts";
import { SIGNAL_WORDS } from "./signal-words.ts";

interface SignalButtonProps {
  readonly runId: string;
  readonly kind: SignalKind;
  /** The gate that it answers, if it answers one. */
  readonly gate?: string;
  /** Called when the run has taken it in. */
  readonly onTaken: () => void;
}

/** A button that gives a run a signal. The API answers when the run has taken it in, or says why it does not. */
export function SignalButton({ runId, kind, gate, onTaken }: SignalButtonProps) {
  const words = SIGNAL_WORDS[kind];
  const { announce } = useServices();
  const send = useSignal(runId, kind, gate);
  return (
    <AskButton
      label={words.offer}
      class={words.isGrave ? "danger" : gate === undefined ? undefined : "primary"}
      words={words}
      send={send}
      onDone={() => {
        announce(`You ${words.done}.`);
        // The button goes away with what it answers; whoever came by keyboard goes on at the top of the page.
        document.querySelector<HTMLElement>("main h1")?.focus();
        onTaken();
      }}
    />
  );
}

function useSignal(runId: string, kind: SignalKind, gate: string | undefined): (asked: Asked) => Promise<AskOutcome> {
  const { api, refuseKey } = useServices();
  return async (asked) => {
    const body = { signal: kind, ...(gate === undefined ? {} : { gate }), ...asked };
    const outcome = await api.post(`runs/${encodeURIComponent(runId)}/signals`, body);
    if (outcome.kind === "ok") return { kind: "done" };
    if (outcome.kind === "unauthorized") {
      refuseKey(outcome.status);
      return { kind: "refused", why: "The key was refused." };
    }
    return { kind: "refused", why: `The run did not take it: ${outcome.message}` };
  };
}
