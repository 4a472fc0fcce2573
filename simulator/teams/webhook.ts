import { Hono } from "hono";
import { html } from "hono/html";
import type { Secrets } from "../state/secrets.ts";
import type { World } from "../world.ts";
import type { TeamsInbox } from "./inbox.ts";
import { page } from "./page.ts";
import { RateLimit } from "./rate-limit.ts";
import { renderCard } from "./render-card.ts";

/** The name under which the key in the webhook's URL is kept. */
export const WEBHOOK_SECRET = "teams-webhook";

/** The Teams side: the Workflows webhook, its inbox as a page and as JSON. */
export function createTeams(world: World, secrets: Secrets, inbox: TeamsInbox): Hono {
  const app = new Hono();
  const limit = new RateLimit(world);
  app.post("/webhook/:key", async (context) => {
    if (!secrets.matches(WEBHOOK_SECRET, context.req.param("key"))) {
      return context.json({ error: { code: "WorkflowNotFound", message: "There is no such webhook." } }, 404);
    }
    world.catchUp();
    if (!limit.takes(WEBHOOK_SECRET)) {
      const message = "Rate limit is exceeded. Try again in 1 seconds.";
      return context.json({ error: { code: "TooManyRequests", message } }, 429, { "retry-after": "1" });
    }
    const outcome = inbox.post(await context.req.text(), world.nowMs);
    if (outcome.kind === "kept") return context.body(null, 202);
    return context.json({ error: { code: "InvalidRequest", message: outcome.reason } }, outcome.status);
  });
  app.get("/messages", (context) => context.json({ messages: inbox.messages() }));
  app.get("/", (context) => {
    const messages = inbox.messages().reverse();
    const cards = messages.map(
      ({ id, receivedAt, card }) => html`<article aria-label="Message ${id}">
        <header><strong>Drydock</strong> <time datetime="${receivedAt}">${readableTime(receivedAt)}</time></header>
        ${renderCard(card)}
      </article>`,
    );
    const empty = html`<p class="empty">Nothing has been posted yet. Cards appear here as they arrive.</p>`;
    return context.html(page("Teams inbox", messages.length === 0 ? empty : html`${cards}`));
  });
  return app;
}

function readableTime(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}
