import type { TargetedSubmitEvent } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useServices } from "../session/console-services.ts";
import { type Asked, type AskOutcome, readAsked } from "./asked.ts";

/** What a dialog says. */
export interface AskWords {
  readonly title: string;
  /** What comes of it. */
  readonly text: string;
  readonly confirm: string;
  /** The button that leaves everything as it is. */
  readonly leave: string;
  /** Whether it cannot be taken back. */
  readonly isGrave?: boolean;
}

interface AskDialogProps {
  readonly words: AskWords;
  /** Asks the API. */
  readonly send: (asked: Asked) => Promise<AskOutcome>;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks who and why before something is done, and shows in place why it was refused. */
export function AskDialog({ words, send, onClose, onDone }: AskDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { person } = useServices();
  const { isSending, trouble, submit } = useSubmit(send, onDone);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <h2 id={title}>{words.title}</h2>
        <p>{words.text}</p>
        <label>
          Who are you?
          <input name="by" required maxLength={200} autocomplete="username" defaultValue={person.name} />
        </label>
        <label>
          Why?
          <textarea name="reason" required maxLength={1000} rows={3} />
        </label>
        <p role="alert" class="mistake">
          {trouble}
        </p>
        <div class="actions">
          <button type="submit" class={words.isGrave ? "danger" : "primary"} disabled={isSending}>
            {isSending ? "Sending…" : words.confirm}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            {words.leave}
          </button>
        </div>
      </form>
    </dialog>
  );
}

function useSubmit(send: AskDialogProps["send"], onDone: () => void) {
  const { person } = useServices();
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState("");
  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const asked = readAsked(new FormData(event.currentTarget));
    if (!asked) return setTrouble("Both are needed: who, and why.");
    person.name = asked.by;
    setSending(true);
    setTrouble("");
    const outcome = await send(asked);
    setSending(false);
    if (outcome.kind === "refused") setTrouble(outcome.why);
    else onDone();
  };
  return { isSending, trouble, submit: (event: TargetedSubmitEvent<HTMLFormElement>) => void submit(event) };
}
