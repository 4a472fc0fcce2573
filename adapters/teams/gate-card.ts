import { AdaptiveCard, Fact, FactSet, TextBlock } from "@microsoft/teams.cards";
import { answerCommands } from "../../domain/answer-command.ts";
import type { Gate, SignalKind } from "../../domain/run-control.ts";
import { framed } from "./card-frame.ts";
import { plain } from "./card-text.ts";

/** The run that asks, and where the console shows it. */
export interface GateRun {
  readonly id: string;
  readonly url: string;
}

const HEADLINES: Readonly<Record<Gate["kind"], string>> = {
  approval: "Approval wanted",
  halt: "Upgrade halted",
  look: "A restored copy can be looked into",
};

/** What comes of each answer. */
const MEANINGS: Readonly<Record<SignalKind, string>> = {
  approve: "the run does it",
  decline: "it is left out, and the rest goes on",
  retry: "what failed is tried again, to the same version and image; mend what stopped it first",
  skip: "the next ring begins without what failed, and the run has not passed",
  pause: "nothing new is begun",
  resume: "the run goes on",
  cancel: "the run ends where nothing is left half done",
};

/** What some answers mean where a restored copy is looked into. */
const LOOK_MEANINGS: Readonly<Partial<Record<SignalKind, string>>> = {
  approve: "nothing more is to be seen; the scratch cluster goes now",
  decline: "the copy is not as it should be: the test has failed, and the scratch cluster goes now",
};

/** Lines of evidence that a card shows, and the longest text of one block, in characters. */
const SHOWN_EVIDENCE = 10;
const TEXT_LIMIT = 400;

/**
 * The Teams card of a question that a run puts to people, as an Adaptive Card 1.5: what is asked and by what it is decided, what
 * comes of each answer and of none, and how to give one. It carries a link and commands only: what acts needs a bot.
 */
export function gateCard(gate: Gate, run: GateRun): AdaptiveCard {
  const show = (text: string) => plain(text, TEXT_LIMIT);
  const question = show(gate.question);
  const rest = gate.evidence.length - SHOWN_EVIDENCE;
  const color = gate.kind === "halt" ? "Attention" : "Warning";
  const card = new AdaptiveCard(
    new TextBlock(HEADLINES[gate.kind], { size: "Large", weight: "Bolder", color }),
    new TextBlock(question, { wrap: true }),
    ...gate.evidence
      .slice(0, SHOWN_EVIDENCE)
      .map((line) => new TextBlock(`- ${show(line)}`, { wrap: true, spacing: "None" })),
    ...(rest > 0 ? [new TextBlock(`and ${rest} more in the run`, { wrap: true })] : []),
    new FactSet(
      new Fact("Run", show(run.id)),
      ...gate.options.map((option) => new Fact(option, meaningOf(gate, option))),
      new Fact("Until", `${gate.expiresAt.slice(0, 16).replace("T", " ")} UTC; then ${show(gate.unanswered)}`),
    ),
    new TextBlock("Whoever has a key of the app answers in the console, or with one of these:", {
      wrap: true,
      isSubtle: true,
    }),
    ...answerCommands(run.id, gate).map(
      (command) => new TextBlock(show(command), { wrap: true, fontType: "Monospace", spacing: "None" }),
    ),
  );
  return framed(card, `${HEADLINES[gate.kind]}: ${question}`, run.url);
}

function meaningOf({ kind }: Gate, option: SignalKind): string {
  return (kind === "look" ? LOOK_MEANINGS[option] : undefined) ?? MEANINGS[option];
}
