import { durationText } from "../time/duration-text.ts";
import { useTick } from "../time/use-now.ts";
import type { Poll, Trouble } from "./use-poll.ts";

/** Answers that are older than this are told to be old; younger ones are as fresh as it gets. */
const FRESH_MS = 15_000;

/** How old what is shown is, and what is wrong when there is nothing newer. */
export function Freshness({ poll }: { readonly poll: Poll<unknown> }) {
  useTick();
  const { data, trouble, isFinal, receivedAtMs } = poll;
  if (trouble) return <TroubleBanner poll={poll} trouble={trouble} />;
  if (data === undefined) return <p class="freshness">Loading…</p>;
  if (isFinal) return null;
  const ageMs = performance.now() - receivedAtMs;
  return (
    <p class={ageMs < FRESH_MS ? "freshness" : "freshness old"}>
      {ageMs < FRESH_MS ? "Live" : "Old"}, updated {durationText(ageMs)} ago
    </p>
  );
}

function TroubleBanner({ poll, trouble }: { readonly poll: Poll<unknown>; readonly trouble: Trouble }) {
  const ageText = durationText(performance.now() - poll.receivedAtMs);
  return (
    <div class="banner bad">
      {/* The age stays outside of the alert: it changes each second. */}
      <p role="alert">
        {trouble.kind === "unreachable"
          ? `Drydock's API cannot be reached: ${trouble.message}.`
          : `Drydock's API refused: ${trouble.message}`}
      </p>
      <p>
        {poll.data === undefined ? "Nothing is known yet." : `What is shown is ${ageText} old.`} It is asked again by
        itself.
      </p>
      <button type="button" onClick={poll.askNow}>
        Try now
      </button>
    </div>
  );
}
