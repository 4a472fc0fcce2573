import { AdaptiveCard, TextBlock } from "@microsoft/teams.cards";
import type { Notice } from "../../domain/notice.ts";
import { framed } from "./card-frame.ts";
import { plain } from "./card-text.ts";

/** Lines of evidence that a card shows, and the longest text of one block, in characters. */
const SHOWN_EVIDENCE = 10;
const TEXT_LIMIT = 400;

/**
 * The Teams card of something that people should know while a run goes on, as an Adaptive Card 1.5.
 *
 * @param runUrl where the console shows the run
 */
export function noticeCard(notice: Notice, runUrl: string): AdaptiveCard {
  const show = (text: string) => plain(text, TEXT_LIMIT);
  const rest = notice.evidence.length - SHOWN_EVIDENCE;
  const card = new AdaptiveCard(
    new TextBlock(show(notice.title), { size: "Large", weight: "Bolder", color: "Warning", wrap: true }),
    new TextBlock(show(notice.text), { wrap: true }),
    ...notice.evidence
      .slice(0, SHOWN_EVIDENCE)
      .map((line) => new TextBlock(`- ${show(line)}`, { wrap: true, spacing: "None" })),
    ...(rest > 0 ? [new TextBlock(`and ${rest} more in the run`, { wrap: true })] : []),
  );
  return framed(card, `${show(notice.title)}: ${show(notice.text)}`, runUrl);
}
