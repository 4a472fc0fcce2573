import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startSimulator, type TestSimulator } from "./start-simulator.ts";

let simulator: TestSimulator;
beforeEach(async () => {
  simulator = await startSimulator();
});
afterEach(() => simulator.close());

const CARD_TYPE = "application/vnd.microsoft.card.adaptive";
const text = (words: string, more: object = {}) => ({ type: "TextBlock", text: words, ...more });
const card = (body: readonly object[], more: object = {}) => ({ type: "AdaptiveCard", version: "1.5", body, ...more });
const message = (content: object) => ({
  type: "message",
  attachments: [{ contentType: CARD_TYPE, contentUrl: null, content }],
});

function post(body: unknown, url: string = simulator.teamsWebhookUrl): Promise<Response> {
  return fetch(url, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });
}

const page = async () => (await fetch(`${simulator.url}/teams`)).text();
const messages = async () => {
  const body = await (await fetch(`${simulator.url}/teams/messages`)).json();
  return (body as { messages: Array<{ id: number; receivedAt: string; card: object }> }).messages;
};

describe("the webhook", () => {
  it("takes a card with 202 and an empty body, and keeps it as it came", async () => {
    const content = card([text("hello")], { msteams: { width: "Full" } });
    const response = await post(message(content));
    expect([response.status, await response.text()]).toEqual([202, ""]);
    expect(await messages()).toMatchObject([{ id: 1, receivedAt: "2026-11-20T08:00:00.000Z", card: content }]);
  });

  it("takes 28 KiB and refuses a byte more with 413, counting bytes and not characters", async () => {
    const limit = 28 * 1024;
    const empty = JSON.stringify(message(card([text("")]))).length;
    const fill = (bytes: number) => "é".repeat((bytes - empty) / 2);
    expect((await post(message(card([text(fill(limit))])))).status).toBe(202);
    const refused = await post(message(card([text(`${fill(limit)}x`)])));
    expect([refused.status, await refused.json()]).toEqual([
      413,
      { error: { code: "InvalidRequest", message: `the message has ${limit + 1} bytes, the limit is ${limit}` } },
    ]);
    expect(await messages()).toHaveLength(1);
  });

  it.each([
    ["no JSON", "{", /^body: /],
    ["a MessageCard of the connectors of old", { "@type": "MessageCard", text: "hi" }, /^type: /],
    ["no attachment", { type: "message", attachments: [] }, /^attachments: /],
    [
      "two cards",
      { type: "message", attachments: Array(2).fill(message(card([])).attachments[0]) },
      /one card a message/,
    ],
    ["another content", { type: "message", attachments: [{ contentType: "text/html", content: {} }] }, /contentType: /],
    ["a card without a version", message({ type: "AdaptiveCard", body: [] }), /content\.version: /],
    ["a body that is no list", message({ ...card([]), body: "hi" }), /content\.body: /],
    [
      "a version that Teams does not show",
      message({ ...card([]), version: "1.6" }),
      /content\.version: must be 1\.0 to 1\.5/,
    ],
    ["an element that is none", message(card([{ type: "Chart" }])), /content\.body\.0\.type: is no element/],
    ["an input", message(card([{ type: "Input.Text", id: "x" }])), /content\.body\.0\.type: is no element/],
    ["text that is a number", message(card([{ type: "TextBlock", text: 7 }])), /content\.body\.0\.text: /],
    [
      "a colour that is none",
      message(card([text("x", { color: "red" })])),
      /body\.0\.color: must be one of default, dark/,
    ],
    [
      "a member that an element does not have",
      message(card([text("x", { colour: "good" })])),
      /body\.0: Unrecognized key/,
    ],
    [
      "an action that needs a bot",
      message(card([], { actions: [{ type: "Action.Submit", title: "Approve" }] })),
      /content\.actions\.0\.type: must be Action\.OpenUrl.* no bot behind it/,
    ],
    [
      "a mistake deep inside",
      message(
        card([
          { type: "Container", items: [{ type: "ColumnSet", columns: [{ items: [text("x", { size: "huge" })] }] }] },
        ]),
      ),
      /content\.body\.0\.items\.0\.columns\.0\.items\.0\.size: must be one of/,
    ],
  ])("refuses %s with 400 and the place", async (_what, body, expected) => {
    const response = await post(body);
    const { error } = (await response.json()) as { error: { message: string } };
    expect([response.status, error.message]).toEqual([400, expect.stringMatching(expected)]);
    expect(await messages()).toEqual([]);
  });

  it("is not there for who does not know its key", async () => {
    const response = await post(message(card([])), `${simulator.url}/teams/webhook/guessed`);
    expect(response.status).toBe(404);
    expect(await messages()).toEqual([]);
  });

  it("takes four cards a second and answers 429 to more, until the second is over", async () => {
    const statuses = async (count: number) => {
      const answers: Response[] = [];
      for (let index = 0; index < count; index += 1) answers.push(await post(message(card([text(`${index}`)]))));
      return answers.map(({ status, headers }) => `${status} ${headers.get("retry-after") ?? ""}`.trim());
    };
    expect(await statuses(6)).toEqual(["202", "202", "202", "202", "429 1", "429 1"]);
    simulator.clock.advance(1);
    expect(await statuses(5)).toEqual(["202", "202", "202", "202", "429 1"]);
    expect(await messages()).toHaveLength(8);
  });

  it("keeps the newest five hundred", async () => {
    for (let count = 1; count <= 502; count += 1) {
      await post(message(card([text(`card ${count}`)])));
      simulator.clock.advance(1);
    }
    const kept = await messages();
    expect([kept.length, kept[0]?.id, kept.at(-1)?.id]).toEqual([500, 3, 502]);
  });
});

describe("the inbox page", () => {
  it("says when it is empty", async () => {
    expect(await page()).toContain("Nothing has been posted yet");
  });

  it("shows the newest card first, each with its time", async () => {
    await post(message(card([text("older")])));
    simulator.clock.advance(3_600);
    await post(message(card([text("newer")])));
    const html = await page();
    expect(html.indexOf(">newer<")).toBeLessThan(html.indexOf(">older<"));
    expect(html).toContain('<time datetime="2026-11-20T09:00:00.000Z">2026-11-20 09:00 UTC</time>');
  });

  const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;

  it("escapes whatever a card says, wherever it says it", async () => {
    const body = [
      text(HOSTILE, { id: HOSTILE }),
      { type: "RichTextBlock", inlines: [HOSTILE, { type: "TextRun", text: HOSTILE }] },
      { type: "FactSet", facts: [{ title: HOSTILE, value: HOSTILE }] },
      { type: "ColumnSet", columns: [{ type: "Column", width: HOSTILE, items: [text(HOSTILE)] }] },
      { type: "Container", items: [text(HOSTILE)] },
      { type: "Table", rows: [{ type: "TableRow", cells: [{ type: "TableCell", items: [text(HOSTILE)] }] }] },
      { type: "ActionSet", actions: [{ type: "Action.OpenUrl", title: HOSTILE, url: "https://x/?a='" }] },
    ];
    const actions = [{ type: "Action.ToggleVisibility", title: HOSTILE, targetElements: [] }];
    expect((await post(message(card(body, { actions })))).status).toBe(202);
    const html = await page();
    expect(html).not.toMatch(/<script|<img/i);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    expect(html).toContain("&amp;amp;");
    // A quote that got through would end an attribute.
    for (const [, attributes = ""] of html.matchAll(/<[a-z]+((?:\s+[a-z-]+="[^"]*")*)\s*\/?>/g)) {
      expect(attributes.replaceAll(/"[^"]*"/g, "")).not.toMatch(/\bon[a-z]+=/);
    }
  });

  it.each([
    "javascript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,hi",
    "//elsewhere.example",
    "vbscript:x",
    "file:///etc/passwd",
  ])("makes no link of %j", async (url) => {
    const actions = [{ type: "Action.OpenUrl", title: "Open", url }];
    expect((await post(message(card([], { actions })))).status).toBe(400);
    expect((await post(message(card([text(`[click](${url.replaceAll(" ", "")})`)])))).status).toBe(202);
    const html = await page();
    expect(html).toContain("[click](");
    expect(html).not.toMatch(/<a [^>]*href="(?!https?:)/);
  });

  it("links to the web, in buttons and in text", async () => {
    const actions = [
      { type: "Action.OpenUrl", title: "Open the run", url: "https://drydock.example/#/runs/1?a=1&b=2" },
    ];
    await post(message(card([text("see [the run](https://drydock.example/x) **now**")], { actions })));
    const html = await page();
    expect(html).toContain(
      '<a class="button" href="https://drydock.example/#/runs/1?a=1&amp;b=2" rel="noopener">Open the run</a>',
    );
    expect(html).toContain('<a href="https://drydock.example/x">the run</a> <strong>now</strong>');
  });

  it("does not show what a card hides", async () => {
    expect((await post(message(card([text("still here"), text("not this", { isVisible: false })])))).status).toBe(202);
    const html = await page();
    expect(html).toContain("still here");
    expect(html).not.toContain("not this");
  });
});
