/** A share is of the pool's nodes and rounds up, as AKS does (learn.microsoft.com/azure/aks/upgrade-aks-node-pools-rolling). */
export function nodesOf(setting: string, count: number): number {
  const [, amount, percent] = /^(\d+)(%?)$/.exec(setting.trim()) ?? [];
  if (amount === undefined) return 0;
  return percent === "%" ? Math.ceil((Number(amount) * count) / 100) : Number(amount);
}
