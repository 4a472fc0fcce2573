import type { DrainEvent, NodeOutcome } from "../../adapters/kubernetes/drain/drain-event.ts";
import type { DrainFlags } from "./drain-flags.ts";

/** What the command tells while it works. Pods are namespace/name. */
export type Notice =
  | DrainEvent
  | { readonly kind: "warning"; readonly message: string }
  | { readonly kind: "cordoned"; readonly node: string; readonly was: boolean }
  | { readonly kind: "uncordoned"; readonly node: string }
  /** A node that is not drained because of what is on it. */
  | { readonly kind: "objected"; readonly node: string; readonly errors: readonly string[] }
  /** A pod that would go. */
  | { readonly kind: "rehearsed"; readonly node: string; readonly pod: string }
  | { readonly kind: "result"; readonly result: DrainResultNotice };

/** How everything ended. */
export interface DrainResultNotice {
  readonly exitCode: number;
  readonly nodes: readonly NodeOutcome[];
  /** Nodes that were refused before anything was touched, and why. */
  readonly refused: ReadonlyArray<{ readonly node: string; readonly errors: readonly string[] }>;
  /** Nodes that nobody came to. */
  readonly untouched: readonly string[];
  /** Nodes that stay unschedulable. */
  readonly cordoned: readonly string[];
}

/** Where notices go. */
export interface Reporter {
  tell(notice: Notice): void;
  /** Nothing more will come. */
  end(): void;
}

/** What follows the name of what was done in a rehearsal. */
export function dryRunMark(dryRun: DrainFlags["dryRun"]): string {
  return { none: "", client: " (dry run)", server: " (server dry run)" }[dryRun];
}
