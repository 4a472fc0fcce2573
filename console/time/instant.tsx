import { durationText, elapsedText } from "./duration-text.ts";
import { fullText, relativeText, shortText } from "./instant-text.ts";
import { useNowMs } from "./use-now.ts";

/** An instant as seen from now; the absolute one is its title. */
export function Ago({ at }: { readonly at: string }) {
  const instantMs = Date.parse(at);
  return (
    <time dateTime={at} title={fullText(instantMs)}>
      {relativeText(instantMs, useNowMs())}
    </time>
  );
}

/** The time of day of an instant, with its date when that is not today's. */
export function At({ at }: { readonly at: string }) {
  const instantMs = Date.parse(at);
  return (
    <time dateTime={at} title={fullText(instantMs)}>
      {shortText(instantMs, useNowMs())}
    </time>
  );
}

/** How long is left until an instant, which is told too. */
export function TimeLeft({ until }: { readonly until: string }) {
  const untilMs = Date.parse(until);
  const nowMs = useNowMs();
  return (
    <time dateTime={until} title={fullText(untilMs)}>
      {untilMs > nowMs ? `${durationText(untilMs - nowMs)} left, until ` : "due since "}
      {shortText(untilMs, nowMs)}
    </time>
  );
}

/** How long something took, or has been going on. Nothing for what has not begun. */
export function Took({ from, to }: { readonly from: string | null; readonly to: string | null }) {
  const text = elapsedText(from, to, useNowMs());
  return text === "" ? null : <span class="took">{text}</span>;
}
