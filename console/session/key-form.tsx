import { useId, useState } from "preact/hooks";
import { useTitle } from "../shell/use-title.ts";
import { readKey } from "./key.ts";

/** Asks for the key. It is kept for this tab alone. */
export function KeyForm({
  refusal,
  onKey,
}: {
  /** Why the key is asked for again, if it is. */
  readonly refusal: string | undefined;
  readonly onKey: (key: string) => void;
}) {
  const [mistake, setMistake] = useState(refusal);
  const field = useId();
  const hint = useId();
  useTitle("Key");
  return (
    <main class="key-page">
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          const typed = new FormData(event.currentTarget).get("key");
          const key = readKey(typeof typed === "string" ? typed : "");
          if (key === undefined) setMistake("That can be no key: it is one word of plain characters.");
          else onKey(key);
        }}
      >
        <h1>Drydock</h1>
        <label for={field}>Function key</label>
        <input
          id={field}
          name="key"
          type="password"
          autocomplete="off"
          spellcheck={false}
          aria-describedby={hint}
          aria-invalid={mistake !== undefined}
        />
        <p role="alert" class="mistake">
          {mistake}
        </p>
        <p id={hint} class="hint">
          Any function key or host key of the app opens the console. It stays in this tab and is forgotten when the tab
          is closed. On Azure: <code>az functionapp keys list</code>. On the embedded host it stands in the key file
          that <code>drydock start</code> names.
        </p>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    </main>
  );
}
