const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/**
 * The number that a Kubernetes quantity stands for: `250m` is 0.25, `1.5Gi` 1610612736, `1e3` 1000. Null for anything else
 * (k8s.io/apimachinery/pkg/api/resource).
 */
export function parseQuantity(text: string): number | null {
  const [, number, exponent, suffix = ""] =
    /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d+)|([a-zA-Z]*))$/.exec(text.trim()) ?? [];
  if (number === undefined) return null;
  if (exponent !== undefined) return Number(`${number}e${exponent}`);
  const factor = SUFFIXES[suffix];
  return factor === undefined ? null : Number(number) * factor;
}
