import { minorName, type StepKind } from "./version-step.ts";

/** A change of a ring that a person has to approve first. */
export interface Approval {
  /** Whether versions of Kubernetes change, or node images alone. */
  readonly of: "version" | "image";
  /** The change, in words that name it: another target is another change. */
  readonly what: string;
}

/** A step of Kubernetes that is to be approved. */
export function versionApproval(from: string, to: string, kind: StepKind): Approval {
  return { of: "version", what: `Kubernetes ${minorName(from)} to ${to} (${kind})` };
}

/** A node image that is to be approved. */
export function imageApproval(image: string): Approval {
  return { of: "image", what: `node image ${image}` };
}

/** A change that somebody declined for a ring. */
export interface DeclinedChange {
  readonly what: string;
  readonly by: string;
  readonly reason: string;
  readonly at: string;
}

/** What was declined, by ring. */
export type DeclinedChanges = Readonly<Record<string, readonly DeclinedChange[]>>;

/** Changes that are kept in mind for a ring: AKS' next release is another one. */
const KEPT = 50;

/**
 * Decides what an operation makes of what was declined. Pure. `decline` keeps changes in mind, so that searches do not ask for
 * them again; `approve` forgets them.
 */
export function declinedAfter(
  known: DeclinedChanges,
  operation: string,
  { ring, changes }: { readonly ring: string; readonly changes: readonly DeclinedChange[] },
): DeclinedChanges {
  const others = (known[ring] ?? []).filter(({ what }) => !changes.some((change) => change.what === what));
  const left = operation === "decline" ? [...others, ...changes].slice(-KEPT) : others;
  return operation === "decline" || operation === "approve" ? { ...known, [ring]: left } : known;
}
