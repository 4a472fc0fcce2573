import { z } from "zod";
import { columnsOf, printable, wrapWidth } from "./fit-width.ts";

const text = z.string().optional().catch(undefined);
const list = z.array(z.unknown()).optional().catch(undefined);

const elementSchema = z.looseObject({
  type: z.string(),
  text,
  isVisible: z.boolean().optional().catch(undefined),
  items: list,
  columns: list,
  inlines: list,
  facts: z
    .array(z.object({ title: z.coerce.string(), value: z.coerce.string() }))
    .optional()
    .catch(undefined),
  rows: z
    .array(z.looseObject({ cells: z.array(z.looseObject({ items: z.array(z.unknown()).default([]) })).default([]) }))
    .optional()
    .catch(undefined),
});
type Element = z.infer<typeof elementSchema>;

const cardSchema = z.looseObject({ body: list, actions: list });
const actionSchema = z.looseObject({ title: z.string().default("Open"), url: z.string().optional() });

/** An Adaptive Card as lines of text in a frame, `width` columns wide or less where words allow it. Elements it does not know are left out. */
export function cardText(card: unknown, width: number): string[] {
  const { body = [], actions = [] } = cardSchema.catch({ body: [], actions: [] }).parse(card);
  const inner = Math.max(1, width - 4);
  const lines = [...body.flatMap(elementLines), ...actions.flatMap(actionLines)].flatMap((line) =>
    wrapWidth(line, inner),
  );
  const columns = Math.max(0, ...lines.map(columnsOf));
  const edge = `+${"-".repeat(columns + 2)}+`;
  return [edge, ...lines.map((line) => `| ${line}${" ".repeat(columns - columnsOf(line))} |`), edge];
}

function elementLines(value: unknown): string[] {
  const parsed = elementSchema.safeParse(value);
  if (!parsed.success || parsed.data.isVisible === false) return [];
  return knownLines(parsed.data);
}

function knownLines(element: Element): string[] {
  switch (element.type) {
    case "TextBlock":
      return textLines(element.text ?? "");
    case "RichTextBlock":
      return textLines((element.inlines ?? []).map(inlineText).join(""));
    case "FactSet":
      return factLines(element.facts ?? []);
    case "Container":
    case "Column":
      return (element.items ?? []).flatMap(elementLines);
    case "ColumnSet":
      return (element.columns ?? []).flatMap(elementLines);
    case "Table":
      return (element.rows ?? []).map(({ cells }) =>
        cells.map(({ items }) => items.flatMap(elementLines).join(" ")).join("  "),
      );
    default:
      return [];
  }
}

function factLines(facts: ReadonlyArray<{ title: string; value: string }>): string[] {
  const column = Math.max(0, ...facts.map(({ title }) => columnsOf(plainText(title))));
  return facts.map(({ title, value }) => {
    const name = plainText(title);
    return `${name}${" ".repeat(column - columnsOf(name))}  ${plainText(value)}`;
  });
}

function inlineText(value: unknown): string {
  return typeof value === "string" ? value : (elementSchema.safeParse(value).data?.text ?? "");
}

function actionLines(value: unknown): string[] {
  const parsed = actionSchema.safeParse(value);
  if (!parsed.success) return [];
  const { title, url } = parsed.data;
  return [printable(url === undefined ? `[${title}]` : `[${title}] ${url}`)];
}

function textLines(markdown: string): string[] {
  return markdown.split("\n").map(plainText);
}

/** The little Markdown that Teams shows in text, without its marks. */
function plainText(markdown: string): string {
  const unmarked = markdown
    .replace(/(?<!\\)\*\*(.+?)(?<!\\)\*\*/g, "$1")
    .replace(/(?<!\\)\[([^\]]+)\]\(([^)\s]+)\)/g, "$1 ($2)");
  return printable(unmarked.replace(/\\([\\`*_[\]])/g, "$1"));
}
