import { describe, expect, it } from "vitest";
import { cardText } from "./card-text.ts";

function body(...elements: unknown[]): string[] {
  return cardText({ type: "AdaptiveCard", body: elements }, 60)
    .slice(1, -1)
    .map((line) => line.slice(2, -2).trimEnd());
}

describe("cardText", () => {
  it.each<[string, unknown, string[]]>([
    [
      "a text without its Markdown",
      { type: "TextBlock", text: "**Run** [here](http://x/y) a\\_b" },
      ["Run here (http://x/y) a_b"],
    ],
    ["escaped stars as stars", { type: "TextBlock", text: "\\*\\*not bold\\*\\*" }, ["**not bold**"]],
    ["a text of two lines", { type: "TextBlock", text: "one\ntwo" }, ["one", "two"]],
    [
      "facts in columns",
      {
        type: "FactSet",
        facts: [
          { title: "Run", value: "upgrade-1" },
          { title: "Clusters", value: "4" },
        ],
      },
      ["Run       upgrade-1", "Clusters  4"],
    ],
    ["what a container holds", { type: "Container", items: [{ type: "TextBlock", text: "in" }] }, ["in"]],
    [
      "columns",
      { type: "ColumnSet", columns: [{ type: "Column", items: [{ type: "TextBlock", text: "left" }] }] },
      ["left"],
    ],
    [
      "a table's rows",
      {
        type: "Table",
        rows: [
          { cells: [{ items: [{ type: "TextBlock", text: "a" }] }, { items: [{ type: "TextBlock", text: "b" }] }] },
        ],
      },
      ["a  b"],
    ],
    ["rich text", { type: "RichTextBlock", inlines: ["a", { type: "TextRun", text: "b" }] }, ["ab"]],
    ["nothing of what is hidden", { type: "TextBlock", text: "no", isVisible: false }, []],
    ["nothing of what it does not know", { type: "Media", sources: [] }, []],
    ["no control characters", { type: "TextBlock", text: "a\u001b[2Jb" }, ["a [2Jb"]],
  ])("shows %s", (_what, element, expected) => {
    expect(body(element)).toEqual(expected);
  });

  it("draws a frame and breaks lines at spaces", () => {
    expect(cardText({ type: "AdaptiveCard", body: [{ type: "TextBlock", text: "aa bb cc" }] }, 9)).toEqual([
      "+-------+",
      "| aa bb |",
      "| cc    |",
      "+-------+",
    ]);
  });

  it("shows links whole, however narrow the terminal", () => {
    const card = {
      type: "AdaptiveCard",
      actions: [{ type: "Action.OpenUrl", title: "Open", url: "http://127.0.0.1:7071/console" }],
    };
    expect(cardText(card, 20).join("\n")).toContain("http://127.0.0.1:7071/console");
  });

  it("shows an empty frame for what is no card", () => {
    expect(cardText("nonsense", 40)).toEqual(["+--+", "+--+"]);
  });
});
