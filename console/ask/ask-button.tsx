import { useState } from "preact/hooks";
import { AskDialog, type AskWords } from "./ask-dialog.tsx";
import type { Asked, AskOutcome } from "./asked.ts";

interface AskButtonProps {
  readonly label: string;
  readonly class?: string | undefined;
  readonly words: AskWords;
  readonly send: (asked: Asked) => Promise<AskOutcome>;
  readonly onDone: () => void;
}

/** A button for something that is done only by somebody, for a reason. */
export function AskButton({ label, class: name, words, send, onDone }: AskButtonProps) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <button type="button" class={name} onClick={() => setAsking(true)}>
        {label}
      </button>
      {isAsking && (
        <AskDialog
          words={words}
          send={send}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            onDone();
          }}
        />
      )}
    </>
  );
}
