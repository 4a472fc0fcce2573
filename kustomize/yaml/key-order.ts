/**
 * Orders the keys of a mapping as kustomize prints them (sigs.k8s.io/yaml goyaml.v2/sorter.go): what is no letter before
 * letters, numbers within by their size, the rest by code point.
 */
export function compareKeys(left: string, right: string): number {
  const [one, two] = [[...left], [...right]];
  for (let index = 0; index < Math.min(one.length, two.length); index += 1) {
    const [a = "", b = ""] = [one[index], two[index]];
    if (a !== b) return compareFrom(one, two, index);
  }
  return one.length - two.length;
}

function compareFrom(one: readonly string[], two: readonly string[], index: number): number {
  const [a = "", b = ""] = [one[index], two[index]];
  const [letterA, letterB] = [isLetter(a), isLetter(b)];
  if (letterA !== letterB) return letterB ? -1 : 1;
  const byCodePoint = (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);
  if (letterA) return byCodePoint;
  const padded = (a === "0" || b === "0") && followsNonZeroDigit(one, index) ? "1" : "";
  const [digitsA, digitsB] = [digitsAt(one, index), digitsAt(two, index)];
  const difference = BigInt(`${padded}${digitsA}` || "0") - BigInt(`${padded}${digitsB}` || "0");
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return digitsA.length - digitsB.length || byCodePoint;
}

function followsNonZeroDigit(key: readonly string[], index: number): boolean {
  for (let before = index - 1; before >= 0 && isDigit(key[before] ?? ""); before -= 1) {
    if (key[before] !== "0") return true;
  }
  return false;
}

function digitsAt(key: readonly string[], index: number): string {
  let end = index;
  while (end < key.length && isDigit(key[end] ?? "")) end += 1;
  return key.slice(index, end).join("");
}

function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}

function isDigit(character: string): boolean {
  return /^[0-9]$/.test(character);
}
