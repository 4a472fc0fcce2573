import type { Trace } from "./trace.ts";

/** Carries what Event Grid sends, and keeps which events the host took. */
export class EventLog {
  /** Ids of events that the host took. */
  readonly accepted = new Set<string>();
  /** How often an event was sent, in all. */
  sent = 0;
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Sends a request of Event Grid (SimulatorOptions.send). */
  async carry(request: Request): Promise<Response> {
    const events = namedIn(await request.clone().text());
    this.sent += events.length;
    const { status, body, headers } = await fetch(request).catch(() => new Response(null, { status: 599 }));
    for (const { id, type } of events) {
      this.#trace.add(`event ${id} ${type} -> ${status === 599 ? "no answer" : status}`);
      if (status < 300) this.accepted.add(id);
    }
    if (status === 599) throw new Error("no answer");
    return new Response(body, { status, headers });
  }
}

/** The events in a body, of either schema; none in a handshake. */
function namedIn(text: string): Array<{ id: string; type: string }> {
  if (text === "") return [];
  const body: unknown = JSON.parse(text);
  const events = (Array.isArray(body) ? body : [body]) as Array<Record<string, string>>;
  return events
    .map(({ id = "", type, eventType = "" }) => ({ id, type: (type ?? eventType).split(".").at(-1) ?? "" }))
    .filter(({ type }) => type !== "SubscriptionValidationEvent");
}
