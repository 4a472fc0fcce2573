/** Longest names that AKS takes for node pools. */
const LINUX_LIMIT = 12;
const WINDOWS_LIMIT = 6;

/**
 * The name of the green pool that replaces a blue one: the blue name's base with the next free number, from 2 on (`apps`,
 * `apps2`, `apps3` …). The base is cut so that the name fits: 12 characters for Linux pools, 6 for Windows ones
 * (learn.microsoft.com/azure/aks/create-node-pools, limitations). Names begin with a letter, so a base is never empty: numbers
 * that would take its place begin again at 2.
 */
export function greenPoolName(blue: string, osType: string, taken: readonly string[]): string {
  const limit = osType.toLowerCase() === "windows" ? WINDOWS_LIMIT : LINUX_LIMIT;
  const match = /^([a-z][a-z0-9]*?)(\d*)$/.exec(blue);
  const base = match?.[1] ?? blue;
  const largest = 10 ** (limit - 1) - 1;
  let number = match?.[2] ? Number(match[2]) + 1 : 2;
  for (; ; number += 1) {
    if (number > largest) number = 2;
    const suffix = String(number);
    const name = `${base.slice(0, limit - suffix.length)}${suffix}`;
    if (!taken.includes(name)) return name;
  }
}
