/** For tests: what of Adaptive Cards the card of a report may hold. */
import { Ajv } from "ajv";
import formats from "ajv-formats";

const text = { type: "string", minLength: 1 };
const textBlock = {
  type: "object",
  required: ["type", "text"],
  additionalProperties: false,
  properties: {
    type: { const: "TextBlock" },
    text,
    wrap: { type: "boolean" },
    isSubtle: { type: "boolean" },
    size: { enum: ["Small", "Default", "Medium", "Large", "ExtraLarge"] },
    weight: { enum: ["Lighter", "Default", "Bolder"] },
    color: { enum: ["Default", "Dark", "Light", "Accent", "Good", "Warning", "Attention"] },
    spacing: { enum: ["Default", "None", "Small", "Medium", "Large", "ExtraLarge", "Padding"] },
  },
};

/** An object with these members and no others. */
function strictly(properties: Record<string, unknown>) {
  return { type: "object", required: Object.keys(properties), additionalProperties: false, properties };
}

/** What of Adaptive Cards 1.5 (adaptivecards.io/schemas/adaptive-card.json) and of Teams' own members a webhook's card may hold. */
const cardSchema = strictly({
  type: { const: "AdaptiveCard" },
  version: { const: "1.5" },
  fallbackText: text,
  msteams: strictly({ width: { pattern: "^[Ff]ull$" } }),
  body: {
    type: "array",
    items: {
      oneOf: [
        textBlock,
        strictly({ type: { const: "Container" }, items: { type: "array", minItems: 1, items: textBlock } }),
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
export function mistakesOf(card: unknown): unknown {
  validate(card);
  return validate.errors ?? [];
}
