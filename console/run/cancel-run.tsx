import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useServices } from "../session/console-services.ts";

/** What is asked for when a run is cancelled. */
interface Cancellation {
  readonly by: string;
  readonly reason: string;
}

/** A button that cancels a run, behind a dialog that asks who and why. */
export function CancelRun({ id, onCancelled }: { readonly id: string; readonly onCancelled: () => void }) {
  const [isAsking, setAsking] = useState(false);
  const [sent, setSent] = useState<Cancellation | undefined>(undefined);
  if (sent) {
    return (
      <p class="banner" role="status">
        {sent.by} has asked to cancel this run: {sent.reason}. It stops where nothing is left half done.
      </p>
    );
  }
  return (
    <>
      <button type="button" class="danger" onClick={() => setAsking(true)}>
        Cancel run…
      </button>
      {isAsking && (
        <CancelDialog
          id={id}
          onClose={() => setAsking(false)}
          onSent={(cancellation) => {
            setSent(cancellation);
            setAsking(false);
            onCancelled();
          }}
        />
      )}
    </>
  );
}

interface DialogProps {
  readonly id: string;
  readonly onClose: () => void;
  readonly onSent: (cancellation: Cancellation) => void;
}

function CancelDialog({ id, onClose, onSent }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { isSending, trouble, send } = useCancel(id, onSent);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const fields = new FormData(event.currentTarget);
          void send({ by: textOf(fields, "by"), reason: textOf(fields, "reason") });
        }}
      >
        <h2 id={title}>Cancel this run?</h2>
        <p>
          Drains end, what is half done is undone, and clusters that have not begun are left alone. What is done stays
          done. A cancelled run cannot be taken up again.
        </p>
        <label>
          Who are you?
          <input name="by" required maxLength={200} autocomplete="username" />
        </label>
        <label>
          Why?
          <textarea name="reason" required maxLength={1000} rows={3} />
        </label>
        <p role="alert" class="mistake">
          {trouble}
        </p>
        <div class="actions">
          <button type="submit" class="danger" disabled={isSending}>
            {isSending ? "Cancelling…" : "Cancel the run"}
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Let it go on
          </button>
        </div>
      </form>
    </dialog>
  );
}

function useCancel(id: string, onSent: (cancellation: Cancellation) => void) {
  const { api, refuseKey } = useServices();
  const [isSending, setSending] = useState(false);
  const [trouble, setTrouble] = useState("");
  const send = async (cancellation: Cancellation) => {
    if (cancellation.by === "" || cancellation.reason === "") return setTrouble("Both are needed: who, and why.");
    setSending(true);
    setTrouble("");
    const outcome = await api.post(`runs/${encodeURIComponent(id)}/signals`, { signal: "cancel", ...cancellation });
    setSending(false);
    if (outcome.kind === "ok") return onSent(cancellation);
    if (outcome.kind === "unauthorized") return refuseKey(outcome.status);
    setTrouble(`The run was not cancelled: ${outcome.message}`);
  };
  return { isSending, trouble, send };
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
