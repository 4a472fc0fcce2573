import { Ajv } from "ajv";
import formats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Gate } from "../../domain/run-control.ts";
import { gateCard } from "./gate-card.ts";

const RUN_ID = "upgrade-0123456789abcdef";
const RUN_URL = "https://drydock.example.org/console/runs/upgrade-0123456789abcdef";
/** What postCard sends at most, less the envelope. */
const LIMIT_BYTES = 24_000;

function gate(change: Partial<Gate> = {}): Gate {
  return {
    id: "approve-prod",
    kind: "approval",
    ring: "prod",
    question: "May ring prod be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?",
    evidence: ["clusters: prod-weu, prod-neu"],
    options: ["approve", "decline"],
    openedAt: "2026-11-21T08:00:00.000Z",
    expiresAt: "2026-11-24T08:00:00.000Z",
    unanswered: "counts as declined",
    ...change,
  };
}

const halt = gate({
  id: "halt-prod-1",
  kind: "halt",
  question: "Ring prod is halted: prod-weu failed. Try again, go on without what failed, or cancel?",
  evidence: ["prod-weu: failed"],
  options: ["retry", "skip"],
  unanswered: "the run ends",
});

function wire(source: Gate) {
  return JSON.parse(JSON.stringify(gateCard(source, { id: RUN_ID, url: RUN_URL })));
}

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly fontType?: string;
  readonly facts?: ReadonlyArray<{ readonly title: string; readonly value: string }>;
}

function blocks(source: Gate): Block[] {
  return wire(source).body;
}

/** What a card says before its facts, in order. */
function texts(source: Gate): string[] {
  const body = blocks(source);
  return body
    .slice(
      0,
      body.findIndex(({ facts }) => facts),
    )
    .flatMap(({ text }) => text ?? []);
}

function facts(source: Gate): string[] {
  return blocks(source).flatMap(({ facts = [] }) => facts.map(({ title, value }) => `${title}: ${value}`));
}

function commands(source: Gate): string[] {
  return blocks(source).flatMap(({ text, fontType }) => (text !== undefined && fontType === "Monospace" ? text : []));
}

describe("the card of a question", () => {
  it("says what is to be decided, by what, what comes of each answer, and of none", () => {
    expect(texts(gate())).toEqual([
      "Approval wanted",
      "May ring prod be upgraded: Kubernetes 1.33 to 1.34.2 (minor)?",
      "- clusters: prod-weu, prod-neu",
    ]);
    expect(facts(gate())).toEqual([
      `Run: ${RUN_ID}`,
      "approve: the run does it",
      "decline: it is left out, and the rest goes on",
      "Until: 2026-11-24 08:00 UTC; then counts as declined",
    ]);
  });

  it("says when a ring was halted, and what to do before it is tried again", () => {
    expect(texts(halt)).toEqual(["Upgrade halted", halt.question, "- prod-weu: failed"]);
    expect(facts(halt)).toEqual([
      `Run: ${RUN_ID}`,
      "retry: what failed is tried again, to the same version and image; mend what stopped it first",
      "skip: the next ring begins without what failed, and the run has not passed",
      "Until: 2026-11-24 08:00 UTC; then the run ends",
    ]);
  });

  it("says who may answer, and gives a command for each answer", () => {
    expect(commands(gate())).toEqual([
      `drydock approve ${RUN_ID} --gate approve-prod --reason "..."`,
      `drydock decline ${RUN_ID} --gate approve-prod --reason "..."`,
    ]);
    expect(commands(halt)).toEqual([
      `drydock retry ${RUN_ID} --gate halt-prod-1 --reason "..."`,
      `drydock skip ${RUN_ID} --gate halt-prod-1 --reason "..."`,
    ]);
    expect(JSON.stringify(wire(halt))).toContain("Whoever has a key of the app");
  });

  it("leads to the run, and has nothing that would act from Teams", () => {
    expect(wire(gate()).actions).toEqual([{ type: "Action.OpenUrl", url: RUN_URL, title: "Open the run" }]);
  });

  it("has a text for where cards are not shown", () => {
    expect(wire(halt).fallbackText).toBe(`Upgrade halted: ${halt.question}`);
  });

  it("shows the first of much evidence and says how much more there is", () => {
    const evidence = Array.from({ length: 13 }, (_, index) => `c${index}: failed`);
    expect(texts(gate({ evidence })).slice(2)).toEqual([
      ...evidence.slice(0, 10).map((line) => `- ${line}`),
      "and 3 more in the run",
    ]);
    expect(texts(gate({ evidence: evidence.slice(0, 10) })).at(-1)).toBe("- c9: failed");
    expect(texts(gate({ evidence: [] }))).toHaveLength(2);
  });
});

describe("text from outside on the card of a question", () => {
  it.each([
    ["bold, code and italics", "**x** `y` _z_", "\\*\\*x\\*\\* \\`y\\` \\_z\\_"],
    ["a link", "[approve](https://evil.example)", "\\[approve\\](https://evil.example)"],
    ["a list after a line end", "a\n- b\r1. c", "a - b 1. c"],
    ["a bullet", "- a", "\\- a"],
    ["half of a surrogate pair", "a\ud83d", "a\ufffd"],
    ["more than fits", "x".repeat(401), `${"x".repeat(399)}…`],
  ])("is shown as it is: %s", (_what, text, expected) => {
    const shown = texts(gate({ question: text, evidence: [text] }));
    expect(shown.slice(1)).toEqual([expected, `- ${expected}`]);
    expect(wire(gate({ question: text })).fallbackText).toBe(`Approval wanted: ${expected}`);
  });
});

const text = { type: "string", minLength: 1 };

/** An object with these members, some of which may be left out, and no others. */
function strictly(properties: Record<string, unknown>, optional: readonly string[] = []) {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", required, additionalProperties: false, properties };
}

/** What of Adaptive Cards 1.5 (adaptivecards.io/schemas/adaptive-card.json) and of Teams' own members this card may hold. */
const cardSchema = strictly({
  type: { const: "AdaptiveCard" },
  version: { const: "1.5" },
  fallbackText: text,
  msteams: strictly({ width: { pattern: "^[Ff]ull$" } }),
  body: {
    type: "array",
    items: {
      oneOf: [
        strictly(
          {
            type: { const: "TextBlock" },
            text,
            wrap: { type: "boolean" },
            size: { const: "Large" },
            weight: { const: "Bolder" },
            color: { enum: ["Attention", "Warning"] },
            spacing: { const: "None" },
            isSubtle: { type: "boolean" },
            fontType: { const: "Monospace" },
          },
          ["wrap", "size", "weight", "color", "spacing", "isSubtle", "fontType"],
        ),
        strictly({
          type: { const: "FactSet" },
          facts: { type: "array", items: strictly({ title: text, value: text }) },
        }),
      ],
    },
  },
  actions: {
    type: "array",
    items: strictly({ type: { const: "Action.OpenUrl" }, url: { type: "string", format: "uri" }, title: text }),
  },
});
const ajv = new Ajv({ strictTypes: false });
formats.default(ajv);
const validate = ajv.compile(cardSchema);

/** What is wrong with a card, if anything. */
function mistakesOf(card: unknown): unknown {
  validate(card);
  return validate.errors ?? [];
}

describe("the card of a question as Teams reads it", () => {
  it.each([
    ["of an approval", gate()],
    ["of a halt", halt],
    ["without evidence", gate({ evidence: [] })],
  ])("is a legal Adaptive Card 1.5: %s", (_what, source) => {
    expect(mistakesOf(wire(source))).toEqual([]);
  });

  it.each(["x", "*", "\\", '"', "🚢", "\u2028"])("is small enough with much evidence of %j", (character) => {
    const long = `x${character.repeat(5_000)}`;
    const card = wire(gate({ question: long, evidence: Array.from({ length: 500 }, () => long) }));
    expect(mistakesOf(card)).toEqual([]);
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(LIMIT_BYTES);
  });

  it("is legal and small enough whatever is asked", () => {
    const word = fc.string({ unit: fc.constantFrom(...'a*_[]`\\"\u0001é🚢\n -1.'), maxLength: 600 });
    fc.assert(
      fc.property(word, fc.array(word, { maxLength: 14 }), (question, evidence) => {
        const card = wire(gate({ question: `x${question}`, evidence }));
        expect(mistakesOf(card)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(LIMIT_BYTES);
      }),
      { numRuns: 60 },
    );
  });
});
