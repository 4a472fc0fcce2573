const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** What terminals show two columns wide: East Asian wide scripts and pictographs. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

/** Text without control characters, which could move the cursor or change colours. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}

/** How many columns a terminal needs for a text. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) columns += WIDE.test(segment) ? 2 : 1;
  return columns;
}

/** A text cut to a number of columns, with an ellipsis for what is missing. */
export function fitWidth(text: string, width: number): string {
  if (columnsOf(text) <= width) return text;
  let fitted = "";
  let columns = 0;
  for (const { segment } of graphemes.segment(text)) {
    const wide = WIDE.test(segment) ? 2 : 1;
    if (columns + wide > width - 1) break;
    fitted += segment;
    columns += wide;
  }
  return width < 1 ? "" : `${fitted}…`;
}

/** A line broken at spaces; a word stays whole, so that a link can be followed and a command copied. */
export function wrapWidth(line: string, width: number): string[] {
  if (columnsOf(line) <= width) return [line];
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(" ")) {
    const longer = current === "" ? word : `${current} ${word}`;
    if (columnsOf(longer) <= width) {
      current = longer;
      continue;
    }
    if (current !== "") lines.push(current);
    current = word;
  }
  return [...lines, current];
}
