const SUFFIXES: Readonly<Record<string, number>> = {
  m: 0.001,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

/** The number a Kubernetes quantity (`250m`, `1.5Gi`, 2) stands for. Throws a RangeError for anything else. */
export function parseQuantity(text: string | number): number {
  if (typeof text === "number") return text;
  const match = /^(\d+(?:\.\d+)?)([a-zA-Z]*)$/.exec(text.trim());
  const factor = match ? SUFFIXES[match[2] ?? ""] : undefined;
  if (!match || factor === undefined) throw new RangeError(`${text} is not a quantity`);
  return Number(match[1]) * factor;
}
