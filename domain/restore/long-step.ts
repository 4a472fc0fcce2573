import type { Failure } from "../errors.ts";
import type { Finding } from "../finding.ts";
import type { OperationState } from "../long-operation.ts";
import type { BackupOperation, ProviderName, RestoreRequest } from "./backup-provider.ts";
import type { KindCount } from "./compare-contents.ts";
import type { Evidence } from "./evidence-manifest.ts";
import type { ProbeResult } from "./judge-probe.ts";
import type { PlannedTest, TestInput } from "./planned-test.ts";
import type { Probe } from "./probe.ts";
import type { ScratchSpec, ScratchStep } from "./scratch.ts";

/** What of a restore test takes long: each is begun once and then looked at until it is done. */
export type LongStep =
  | { readonly kind: "scratch"; readonly spec: ScratchSpec; readonly step: ScratchStep }
  | { readonly kind: "provider"; readonly provider: ProviderName; readonly targets: RestorePlaces }
  | { readonly kind: "validation"; readonly provider: ProviderName; readonly request: RestoreRequest }
  | {
      readonly kind: "restore";
      readonly provider: ProviderName;
      readonly request: RestoreRequest;
      /** In the scratch cluster: what comes back in them is quieted while it comes. */
      readonly namespaces: readonly string[];
    }
  | { readonly kind: "verification"; readonly input: TestInput; readonly planned: PlannedTest }
  | { readonly kind: "probe"; readonly asked: AskedProbe }
  /** Empties a scratch cluster that another test comes into. */
  | { readonly kind: "emptying"; readonly clusterId: string; readonly namespaces: readonly string[] };

/** From which cluster to which. Resource ids. */
export interface RestorePlaces {
  readonly runId: string;
  readonly sourceId: string;
  readonly targetId: string;
  /** `namespace/name` of the location that backups are read from. */
  readonly location: string;
}

/** A probe of a test, and where what it says is kept. */
export interface AskedProbe {
  readonly runId: string;
  readonly cluster: string;
  /** Resource id of the scratch cluster. */
  readonly targetId: string;
  readonly probe: Probe;
  /** As the probe's namespace is called in the scratch cluster. */
  readonly namespace: string;
  readonly folder: string;
}

/** What was seen of restored contents. */
export interface ContentsSeen {
  /** False when what should be there could not be read: nothing is then said of what is missing. */
  readonly isKnown: boolean;
  readonly findings: readonly Finding[];
  readonly counts: readonly KindCount[];
  /** What may yet come by waiting. */
  readonly pending: readonly string[];
}

/** What came of a probe, and what is kept of it. */
export interface ProbeSeen {
  readonly begunMs: number;
  readonly waitsFor: string;
  readonly result: ProbeResult | null;
  readonly evidence: Evidence | null;
}

/** What is known of each kind of step between two looks. */
export interface SeenOf {
  readonly scratch: OperationState;
  readonly provider: null;
  readonly validation: BackupOperation;
  readonly restore: BackupOperation;
  readonly verification: ContentsSeen;
  readonly probe: ProbeSeen;
  readonly emptying: readonly string[];
}

/** How far a step is. Plain data: an orchestration keeps it between two looks. */
export interface StepState<K extends LongStep["kind"] = LongStep["kind"]> {
  readonly done: boolean;
  /** Why it failed; null while it goes on and when it did not. */
  readonly failure: Failure | null;
  /** How long to wait before the next look. */
  readonly retryAfterSeconds: number;
  readonly polls: number;
  readonly seen: SeenOf[K];
}

/** How a step ended. */
export interface StepEnd<K extends LongStep["kind"] = LongStep["kind"]> {
  readonly outcome: "succeeded" | "failed" | "timed-out" | "cancelled";
  /** Why it did not succeed; "" when it did. */
  readonly reason: string;
  readonly failure: Failure | null;
  /** The last look; null when it could not even be begun. */
  readonly state: StepState<K> | null;
}
