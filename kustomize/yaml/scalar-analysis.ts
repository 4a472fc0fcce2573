/** In which ways a text can be written in a YAML block. */
export interface Analysis {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
  /** Whether every character can stand as it is. */
  readonly printable: boolean;
}

const FIRST_INDICATORS = "#,[]{}&*!|>'\"%@`";

/** Says how a text may be written (goyaml.v2/emitterc.go, yaml_emitter_analyze_scalar). */
export function analyze(text: string): Analysis {
  if (text === "") {
    return { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: false, printable: true };
  }
  const characters = [...text];
  const printable = characters.every(isPrintable);
  const multiline = characters.some(isBreak);
  const spaceBreak = characters.some((character, index) => character === " " && isBreak(characters[index + 1] ?? ""));
  const breakSpace = characters.some((character, index) => isBreak(character) && characters[index + 1] === " ");
  const [first = "", last = ""] = [characters[0], characters.at(-1)];
  const edges = first === " " || isBreak(first) || last === " " || isBreak(last);
  const special = spaceBreak || !printable;
  return {
    multiline,
    printable,
    plainAllowed: !(edges || breakSpace || special || multiline || hasIndicator(characters)),
    singleAllowed: !(breakSpace || special),
    blockAllowed: !(last === " " || special),
  };
}

/** Whether a character ends a line. */
export function isBreak(character: string): boolean {
  return /^[\r\n\u0085\u2028\u2029]$/.test(character);
}

function hasIndicator(characters: readonly string[]): boolean {
  const start = characters.slice(0, 3).join("");
  if (start === "---" || start === "...") return true;
  return characters.some((character, index) => {
    const next = characters[index + 1];
    const beforeBlank = next === undefined || next === " " || next === "\t";
    if (index === 0) {
      if (FIRST_INDICATORS.includes(character)) return true;
      return "?:-".includes(character) && beforeBlank;
    }
    if (character === ":") return beforeBlank;
    return character === "#" && /^[ \t\r\n\u0085\u2028\u2029]$/.test(characters[index - 1] ?? "");
  });
}

function isPrintable(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x0a || (code >= 0x20 && code <= 0x7e)) return true;
  return code >= 0xa0 && code <= 0xfffd && code !== 0xfeff && !(code >= 0xd800 && code <= 0xdfff);
}
