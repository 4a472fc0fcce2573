/** A node image's two parts: what it is, and which release. */
export interface ImageChange {
  readonly family: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What changes between two node images. AKS names them `FAMILY-RELEASE`, as `AKSUbuntu-2204gen2containerd-202610.27.0`; when
 * the family stays it is told apart, so that the releases stand side by side. Undefined when it does not.
 */
export function imageChange(from: string, to: string): ImageChange | undefined {
  const before = /^(.+)-(\d{6}\.\d+\.\d+)$/.exec(from);
  const after = /^(.+)-(\d{6}\.\d+\.\d+)$/.exec(to);
  const [, family = "", release = ""] = before ?? [];
  if (!before || !after || after[1] !== family) return undefined;
  return { family, from: release, to: after[2] ?? "" };
}
