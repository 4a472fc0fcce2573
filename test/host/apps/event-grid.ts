import { app, type EventGridEvent } from "@azure/functions";

/** What both schemas share. */
interface AnyEvent {
  readonly id: string;
  readonly subject?: string;
}

/** Fails for an event whose subject asks for it. */
app.eventGrid("onEvent", {
  handler: (event: EventGridEvent, context) => {
    context.log("received", JSON.stringify(event));
    if (event.subject === "poison") throw new Error(`cannot digest ${event.id}`);
  },
});

app.generic("onBatch", {
  trigger: { type: "eventGridTrigger", name: "events", cardinality: "many" },
  handler: (events: unknown, context) => {
    context.log("received", JSON.stringify((events as AnyEvent[]).map(({ id }) => id)));
  },
});

let attempts = 0;
app.generic("onSecondAttempt", {
  trigger: { type: "eventGridTrigger", name: "event" },
  retry: { strategy: "fixedDelay", maxRetryCount: 2, delayInterval: { milliseconds: 1 } },
  handler: (event: unknown, context) => {
    attempts += 1;
    context.log("received", JSON.stringify({ id: (event as AnyEvent).id, retry: context.retryContext?.retryCount }));
    if (attempts < 2) throw new Error("not yet");
  },
});

app.http("plain", { authLevel: "anonymous", handler: () => ({ body: "no event" }) });
