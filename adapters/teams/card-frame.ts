import { type AdaptiveCard, OpenUrlAction, TeamsCardProperties, TextBlock } from "@microsoft/teams.cards";

/** Teams takes about 28 KB a message, postCard less; the envelope around the card needs some of it. */
const CARD_LIMIT_BYTES = 24_000;

/** Gives a card what every card of a run has: its version, its width, its words for a notification, its link. */
export function framed(card: AdaptiveCard, fallbackText: string, runUrl: string): AdaptiveCard {
  card.version = "1.5";
  card.msteams = new TeamsCardProperties({ width: "full" });
  card.fallbackText = fallbackText;
  card.actions = [new OpenUrlAction(runUrl, { title: "Open the run" })];
  return card;
}

/** The card of the first detail, from the most to the least, that fits into a message; the last one when none does. */
export function fitted<D>([first, ...less]: readonly [D, ...D[]], cardWith: (detail: D) => AdaptiveCard): AdaptiveCard {
  let card = cardWith(first);
  for (const detail of less) {
    if (Buffer.byteLength(JSON.stringify(card)) <= CARD_LIMIT_BYTES) break;
    card = cardWith(detail);
  }
  return card;
}

/** As in `and 3 more findings in the report`; nothing when there are no more. */
export function more(count: number, what: string): TextBlock[] {
  if (count <= 0) return [];
  return [new TextBlock(`and ${count} more ${what}${count === 1 ? "" : "s"} in the report`, { wrap: true })];
}
