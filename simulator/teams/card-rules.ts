import { z } from "zod";

/** One of some words, in any case, as Adaptive Cards take them. */
function word(...words: readonly [string, ...string[]]) {
  return z
    .string()
    .refine(
      (text) => words.some((one) => one.toLowerCase() === text.toLowerCase()),
      `must be one of ${words.join(", ")}`,
    );
}

const spacing = word("default", "none", "small", "medium", "large", "extraLarge", "padding");
const color = word("default", "dark", "light", "accent", "good", "warning", "attention");
const containerStyle = word("default", "emphasis", "good", "attention", "warning", "accent");
const horizontal = word("left", "center", "right");
const vertical = word("top", "center", "bottom");
const webUrl = z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

/** What every element may have. */
const common = {
  id: z.string().optional(),
  isVisible: z.boolean().optional(),
  separator: z.boolean().optional(),
  spacing: spacing.optional(),
  height: word("auto", "stretch").optional(),
  requires: z.record(z.string(), z.string()).optional(),
  fallback: z.unknown().optional(),
};

const fontMembers = {
  color: color.optional(),
  fontType: word("default", "monospace").optional(),
  isSubtle: z.boolean().optional(),
  size: word("default", "small", "medium", "large", "extraLarge").optional(),
  weight: word("default", "lighter", "bolder").optional(),
};

const actionMembers = {
  id: z.string().optional(),
  title: z.string().optional(),
  iconUrl: z.string().optional(),
  style: word("default", "positive", "destructive").optional(),
  mode: word("primary", "secondary").optional(),
  tooltip: z.string().optional(),
  isEnabled: z.boolean().optional(),
  requires: z.record(z.string(), z.string()).optional(),
  fallback: z.unknown().optional(),
};

const openUrl = z.strictObject({ type: z.literal("Action.OpenUrl"), url: webUrl, ...actionMembers });

/** What a card may do when nobody listens: an Action.Submit or Action.Execute needs a bot. */
const action: z.ZodType = z.lazy(() =>
  z.discriminatedUnion(
    "type",
    [
      openUrl,
      z.strictObject({ type: z.literal("Action.ShowCard"), card: adaptiveCardSchema, ...actionMembers }),
      z.strictObject({
        type: z.literal("Action.ToggleVisibility"),
        targetElements: z.array(
          z.union([z.string(), z.strictObject({ elementId: z.string(), isVisible: z.boolean().optional() })]),
        ),
        ...actionMembers,
      }),
    ],
    "must be Action.OpenUrl, Action.ShowCard or Action.ToggleVisibility: a webhook's card has no bot behind it",
  ),
);

const elements = z.lazy(() => z.array(element));

const textRun = z.strictObject({
  type: z.literal("TextRun"),
  text: z.string(),
  ...fontMembers,
  highlight: z.boolean().optional(),
  italic: z.boolean().optional(),
  strikethrough: z.boolean().optional(),
  underline: z.boolean().optional(),
  selectAction: openUrl.optional(),
});

const boxMembers = {
  style: containerStyle.optional(),
  verticalContentAlignment: vertical.optional(),
  bleed: z.boolean().optional(),
  minHeight: z.string().optional(),
  rtl: z.boolean().optional(),
  selectAction: openUrl.optional(),
};

const column = z.strictObject({
  type: z.literal("Column").optional(),
  items: elements.optional(),
  width: z.union([z.string(), z.number()]).optional(),
  ...boxMembers,
  ...common,
});

const tableCell = z.strictObject({ type: z.literal("TableCell").optional(), items: elements, ...boxMembers });
const tableRow = z.strictObject({
  type: z.literal("TableRow").optional(),
  cells: z.array(tableCell).optional(),
  style: containerStyle.optional(),
  horizontalCellContentAlignment: horizontal.optional(),
  verticalCellContentAlignment: vertical.optional(),
});

const image = z.strictObject({
  type: z.literal("Image"),
  url: z.string().min(1),
  altText: z.string().optional(),
  size: word("auto", "stretch", "small", "medium", "large").optional(),
  style: word("default", "person").optional(),
  width: z.string().optional(),
  horizontalAlignment: horizontal.optional(),
  backgroundColor: z.string().optional(),
  selectAction: openUrl.optional(),
  ...common,
});

/** The elements of Adaptive Cards 1.5 that show something; inputs need a bot. */
const element: z.ZodType<{ type: string }> = z.lazy(() =>
  z.discriminatedUnion(
    "type",
    [
      z.strictObject({
        type: z.literal("TextBlock"),
        text: z.string(),
        ...fontMembers,
        horizontalAlignment: horizontal.optional(),
        maxLines: z.number().optional(),
        wrap: z.boolean().optional(),
        style: word("default", "heading", "columnHeader").optional(),
        ...common,
      }),
      z.strictObject({
        type: z.literal("RichTextBlock"),
        inlines: z.array(z.union([z.string(), textRun])),
        horizontalAlignment: horizontal.optional(),
        ...common,
      }),
      z.strictObject({
        type: z.literal("FactSet"),
        facts: z.array(z.strictObject({ title: z.string(), value: z.string() })),
        ...common,
      }),
      z.strictObject({
        type: z.literal("ColumnSet"),
        columns: z.array(column).optional(),
        horizontalAlignment: horizontal.optional(),
        ...boxMembers,
        ...common,
      }),
      z.strictObject({ type: z.literal("Container"), items: elements, ...boxMembers, ...common }),
      z.strictObject({
        type: z.literal("Table"),
        columns: z.array(z.looseObject({ width: z.union([z.string(), z.number()]).optional() })).optional(),
        rows: z.array(tableRow).optional(),
        firstRowAsHeader: z.boolean().optional(),
        firstRowAsHeaders: z.boolean().optional(),
        showGridLines: z.boolean().optional(),
        gridStyle: containerStyle.optional(),
        horizontalCellContentAlignment: horizontal.optional(),
        verticalCellContentAlignment: vertical.optional(),
        ...common,
      }),
      z.strictObject({ type: z.literal("ActionSet"), actions: z.array(action), ...common }),
      image,
      z.strictObject({
        type: z.literal("ImageSet"),
        images: z.array(image),
        imageSize: word("auto", "stretch", "small", "medium", "large").optional(),
        ...common,
      }),
    ],
    "is no element that a webhook's card can show",
  ),
);

/**
 * A card as Teams shows it when it comes by a webhook: Adaptive Cards up to 1.5 (adaptivecards.io/schemas/adaptive-card.json)
 * with Teams' own member, without what needs a bot.
 */
export const adaptiveCardSchema = z.strictObject({
  $schema: z.string().optional(),
  type: z.literal("AdaptiveCard"),
  version: z.string().regex(/^1\.[0-5]$/, "must be 1.0 to 1.5: Teams shows no other"),
  body: elements.default([]),
  actions: z.array(action as z.ZodType<{ type: string }>).default([]),
  fallbackText: z.string().optional(),
  speak: z.string().optional(),
  lang: z.string().optional(),
  rtl: z.boolean().optional(),
  minHeight: z.string().optional(),
  verticalContentAlignment: vertical.optional(),
  backgroundImage: z.unknown().optional(),
  selectAction: openUrl.optional(),
  msteams: z.strictObject({ width: word("full").optional(), entities: z.array(z.unknown()).optional() }).optional(),
  metadata: z.looseObject({ webUrl: webUrl.optional() }).optional(),
});

export type AdaptiveCard = z.infer<typeof adaptiveCardSchema>;
