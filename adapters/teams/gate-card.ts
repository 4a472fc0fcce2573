import { AdaptiveCard, Fact, FactSet, OpenUrlAction, TeamsCardProperties, TextBlock } from "@microsoft/teams.cards";
import type { Gate } from "../../domain/run-control.ts";
import { plain } from "./card-text.ts";

const HEADLINES: Readonly<Record<Gate["kind"], string>> = {
  approval: "Approval wanted",
  halt: "Upgrade halted",
};

/** Lines of evidence that a card shows, and the longest text of one block, in characters. */
const SHOWN_EVIDENCE = 10;
const TEXT_LIMIT = 400;

/**
 * The Teams card of a question that a run puts to people, as an Adaptive Card 1.5. It carries a link only: what acts needs a
 * bot.
 *
 * @param runUrl where the console shows the run
 */
export function gateCard(gate: Gate, runUrl: string): AdaptiveCard {
  const show = (text: string) => plain(text, TEXT_LIMIT);
  const question = show(gate.question);
  const rest = gate.evidence.length - SHOWN_EVIDENCE;
  const card = new AdaptiveCard(
    new TextBlock(HEADLINES[gate.kind], { size: "Large", weight: "Bolder", color: "Attention" }),
    new TextBlock(question, { wrap: true }),
    ...gate.evidence
      .slice(0, SHOWN_EVIDENCE)
      .map((line) => new TextBlock(`- ${show(line)}`, { wrap: true, spacing: "None" })),
    ...(rest > 0 ? [new TextBlock(`and ${rest} more in the run`, { wrap: true })] : []),
    new FactSet(
      new Fact("Answers", gate.options.join(", ")),
      new Fact("Until", `${gate.expiresAt.slice(0, 16).replace("T", " ")} UTC; then ${gate.unanswered}`),
    ),
  );
  card.version = "1.5";
  card.msteams = new TeamsCardProperties({ width: "full" });
  card.fallbackText = `${HEADLINES[gate.kind]}: ${question}`;
  card.actions = [new OpenUrlAction(runUrl, { title: "Open the run" })];
  return card;
}
