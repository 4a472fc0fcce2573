import type { Signal } from "../../domain/run-control.ts";
import { ShowMore } from "../parts/show-more.tsx";
import { At } from "../time/instant.tsx";
import { SIGNAL_WORDS } from "./signal-words.ts";

/** Signals that are drawn before one asks for more. */
const FIRST = 10;

/** What people told a run, newest first: who, what, why, when, and which question it answered. */
export function SignalList({ signals }: { readonly signals: readonly Signal[] }) {
  if (signals.length === 0) return null;
  return (
    <section aria-labelledby="signals">
      <h2 id="signals">
        Signals <span class="number">{signals.length}</span>
      </h2>
      <ShowMore items={signals.toReversed()} first={FIRST}>
        {(shown) => (
          <table class="signals" aria-labelledby="signals">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Who</th>
                <th scope="col">What</th>
                <th scope="col">Why</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((signal) => (
                <SignalRow key={signal.id} signal={signal} />
              ))}
            </tbody>
          </table>
        )}
      </ShowMore>
    </section>
  );
}

function SignalRow({ signal: { kind, by, reason, at, gate } }: { readonly signal: Signal }) {
  return (
    <tr>
      <td class="number">
        <At at={at} />
      </td>
      <td class="who">{by}</td>
      <td>
        {SIGNAL_WORDS[kind]?.done ?? kind}
        {gate !== null && <span class="detail id">{gate}</span>}
      </td>
      <td>{reason}</td>
    </tr>
  );
}
