import { type DeadLetter, type DeadLetters, readDeadLetters } from "../api/answers.ts";
import { countText } from "../parts/count-text.ts";
import { ShowMore } from "../parts/show-more.tsx";
import { Freshness } from "../polling/freshness.tsx";
import { type Question, usePoll } from "../polling/use-poll.ts";
import { Ago } from "../time/instant.tsx";

const AGAIN_MS = 15_000;
/** Events that are drawn before one asks for more. */
const FIRST = 100;

const eventsQuestion = (): Question<DeadLetters> => ({
  path: "dead-letters",
  read: readDeadLetters,
  latestMs: ({ letters }) => (letters[0] ? Date.parse(letters[0].at) : undefined),
  againMs: () => AGAIN_MS,
});

/** The events that could not be handled, newest first. */
export function EventsView() {
  const poll = usePoll("events", eventsQuestion);
  return (
    <>
      <div class="title">
        <h1 tabIndex={-1}>Events that could not be handled</h1>
        <Freshness poll={poll} />
      </div>
      {poll.data && <EventsBody {...poll.data} />}
    </>
  );
}

function EventsBody({ letters, dropped }: DeadLetters) {
  if (letters.length === 0) return <p class="empty">None in the last three months.</p>;
  return (
    <>
      <ShowMore items={letters} first={FIRST}>
        {(shown) => (
          <table class="events">
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col">Why</th>
                <th scope="col">Event</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((letter) => (
                <EventRow key={`${letter.at} ${letter.eventId} ${letter.code}`} letter={letter} />
              ))}
            </tbody>
          </table>
        )}
      </ShowMore>
      {dropped > 0 && <p class="lead">{countText(dropped, "more event")} were counted, but not kept.</p>}
    </>
  );
}

function EventRow({ letter: { at, code, reason, eventId, eventType, source } }: { readonly letter: DeadLetter }) {
  return (
    <tr>
      <td>
        <Ago at={at} />
      </td>
      <td>
        <span class="code">{code}</span>
        <span class="detail">{reason}</span>
      </td>
      <td>
        <span class="id">{eventType || "of no known type"}</span>
        {eventId !== "" && <span class="detail id">{eventId}</span>}
        {source !== "" && <span class="detail id">{source}</span>}
      </td>
    </tr>
  );
}
