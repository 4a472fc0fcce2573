import type { GridEvent } from "../../simulator/eventgrid/grid-event.ts";

/** What comes from outside while a world lives. Minutes count from its beginning. */
export type Deed = { readonly atMinutes: number } & (
  | { readonly kind: "event"; readonly event: GridEvent; readonly handled: boolean }
  | {
      readonly kind: "start";
      readonly clusters: readonly string[] | null;
      /** How often it is asked for, as by who presses a button again. */
      readonly times: number;
    }
  | {
      readonly kind: "signal";
      readonly signal: string;
      /** Which run of the list, from the newest on; null for one that is not there. */
      readonly run: number | null;
    }
  /** Null for all that the plan tests. */
  | { readonly kind: "restore-test"; readonly clusters: readonly string[] | null }
  | { readonly kind: "read" }
  /** Somebody saves a fleet.yaml with a mistake in it, takes it away, or mends it. */
  | { readonly kind: "fleet"; readonly becomes: FleetFile }
  | {
      readonly kind: "scale";
      readonly cluster: string;
      readonly workload: string;
      readonly replicas: number;
    }
  | { readonly kind: "forbid"; readonly cluster: string; readonly workload: string }
);

/** How fleet.yaml is found. */
export type FleetFile = "whole" | "wrong" | "away";

/** When the host is killed; it comes back after a while. Both counts go on from host to host. */
export interface Kill {
  /** While the simulator answers this request: its effect is there, and the host never hears of it. */
  readonly atRequest?: number;
  /** Right after this step of the host: work that begins or ends, a timer that is set. */
  readonly atStep?: number;
  readonly downSeconds: number;
}
