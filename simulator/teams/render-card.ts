import { html } from "hono/html";
import { z } from "zod";
import type { AdaptiveCard } from "./card-rules.ts";

type Html = ReturnType<typeof html>;

const word = z.string().optional().catch(undefined);

const elementSchema = z.looseObject({
  type: z.string(),
  text: word,
  size: word,
  weight: word,
  color: word,
  fontType: word,
  style: word,
  width: z.unknown().optional(),
  isSubtle: z.boolean().optional().catch(undefined),
  separator: z.boolean().optional().catch(undefined),
  isVisible: z.boolean().optional().catch(undefined),
  items: z.array(z.unknown()).optional().catch(undefined),
  columns: z.array(z.unknown()).optional().catch(undefined),
  actions: z.array(z.unknown()).optional().catch(undefined),
  inlines: z.array(z.unknown()).optional().catch(undefined),
  firstRowAsHeaders: z.boolean().optional().catch(undefined),
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

const actionSchema = z.looseObject({ type: z.string(), title: z.string().default("Open"), url: word });

const SIZES = ["small", "medium", "large", "extraLarge"];
const COLORS = ["good", "warning", "attention", "accent"];

/** Shows a card as HTML: the elements Drydock uses, and a note for every other. All text is escaped. */
export function renderCard(card: AdaptiveCard): Html {
  return html`${card.body.map(renderElement)}${renderActions(card.actions)}`;
}

function renderElement(value: unknown): Html {
  const parsed = elementSchema.safeParse(value);
  if (!parsed.success) return html`<p class="subtle">An element that cannot be read.</p>`;
  const element = parsed.data;
  if (element.isVisible === false) return html``;
  const content = renderKnown(element);
  return element.separator === true ? html`<div class="separator">${content}</div>` : content;
}

function renderKnown(element: Element): Html {
  switch (element.type) {
    case "TextBlock":
      return renderText(element);
    case "RichTextBlock":
      return html`<p>${(element.inlines ?? []).map(renderInline)}</p>`;
    case "FactSet":
      return html`<dl>
        ${(element.facts ?? []).map(({ title, value }) => html`<dt>${title}</dt><dd>${inlineText(value)}</dd>`)}
      </dl>`;
    case "ColumnSet":
      return html`<div class="columns">${(element.columns ?? []).map(renderColumn)}</div>`;
    case "Container":
      return renderContainer(element);
    case "Table":
      return renderTable(element);
    case "ActionSet":
      return renderActions(element.actions ?? []);
    default:
      return html`<p class="subtle">[${element.type}]</p>`;
  }
}

function renderText(element: Element): Html {
  const classes = [
    pick(SIZES, element.size),
    pick(COLORS, element.color),
    element.weight?.toLowerCase() === "bolder" ? "bolder" : "",
    element.fontType?.toLowerCase() === "monospace" ? "mono" : "",
    element.isSubtle === true ? "subtle" : "",
  ];
  return html`<p class="${classes.filter((name) => name !== "").join(" ")}">${inlineText(element.text ?? "")}</p>`;
}

function renderInline(value: unknown): Html {
  if (typeof value === "string") return html`${value}`;
  const parsed = elementSchema.safeParse(value);
  return parsed.success
    ? html`<span class="${pick(COLORS, parsed.data.color)}">${parsed.data.text ?? ""}</span>`
    : html``;
}

/** The little Markdown that Teams shows in text: bold, links and line breaks. */
function inlineText(text: string): Html {
  const parts = text.split(/(\*\*[^*]+\*\*|\[[^\]]+\]\([^)\s]+\)|\n)/);
  return html`${parts.map((part) => {
    const bold = /^\*\*([^*]+)\*\*$/.exec(part);
    if (bold) return html`<strong>${bold[1]}</strong>`;
    const link = /^\[([^\]]+)\]\(([^)\s]+)\)$/.exec(part);
    if (link?.[2] !== undefined && isWebUrl(link[2])) return html`<a href="${link[2]}">${link[1]}</a>`;
    return part === "\n" ? html`<br />` : html`${part}`;
  })}`;
}

function renderColumn(value: unknown): Html {
  const parsed = elementSchema.safeParse(value);
  if (!parsed.success) return html``;
  const { width, items = [] } = parsed.data;
  return html`<div class="${width === "auto" ? "auto" : ""}">${items.map(renderElement)}</div>`;
}

function renderContainer({ style, items = [] }: Element): Html {
  const content = items.map(renderElement);
  if (style === undefined || style === "default") return html`<div>${content}</div>`;
  return html`<div class="box ${pick(COLORS, style)}">${content}</div>`;
}

function renderTable({ rows = [], firstRowAsHeaders = true }: Element): Html {
  return html`<table>
    ${rows.map(({ cells }, index) => {
      const isHeader = index === 0 && firstRowAsHeaders;
      return html`<tr>
        ${cells.map(({ items }) => {
          const content = items.map(renderElement);
          return isHeader ? html`<th scope="col">${content}</th>` : html`<td>${content}</td>`;
        })}
      </tr>`;
    })}
  </table>`;
}

function renderActions(actions: readonly unknown[]): Html {
  if (actions.length === 0) return html``;
  return html`<div class="actions">${actions.map(renderAction)}</div>`;
}

function renderAction(value: unknown): Html {
  const parsed = actionSchema.safeParse(value);
  if (!parsed.success) return html``;
  const { type, title, url } = parsed.data;
  if (type === "Action.OpenUrl" && url !== undefined && isWebUrl(url)) {
    return html`<a class="button" href="${url}" rel="noopener">${title}</a>`;
  }
  return html`<span class="subtle">[${type}: ${title}]</span>`;
}

function isWebUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function pick(known: readonly string[], value: string | undefined): string {
  return known.find((name) => name.toLowerCase() === value?.toLowerCase()) ?? "";
}
