import {
  claimTests,
  type DueTest,
  endedAfter,
  type MonthlyTests,
  seenAfter,
  type TestClaim,
} from "../domain/restore/due-tests.ts";
import type { RestoreRunRequest } from "../domain/run-request.ts";
import {
  askEntity,
  type EntityContext,
  errorText,
  nowIso,
  type OrchestrationContext,
  runChild,
  type Step,
} from "./durable.ts";

/** Name and key of the entity that remembers which month's tests were begun. */
export const MONTHLY_TESTS = "monthlyTests";
export const MONTHLY_TESTS_KEY = "all";

/** The `monthlyTests` entity: `see` takes clusters in, `claim` answers which a run may test, `end` frees their places. */
export function monthlyTests({ df }: EntityContext<MonthlyTests>): void {
  const known = df.getState(() => ({})) ?? {};
  const input: unknown = df.getInput();
  switch (df.operationName) {
    case "see": {
      const { clusters, at } = input as { readonly clusters: readonly string[]; readonly at: string };
      df.setState(seenAfter(known, clusters, at));
      return;
    }
    case "claim": {
      const answer = claimTests(known, input as TestClaim);
      df.setState(answer.known);
      df.return(answer.claimed);
      return;
    }
    case "end":
      df.setState(endedAfter(known, input as string));
      return;
    default:
      df.setState(known);
  }
}

/** Input of the `monthlyRestoreTests` orchestration. */
export interface MonthlyRestoreTestsInput {
  /** Id of the run that is started, if one is. */
  readonly runId: string;
  readonly due: readonly DueTest[];
  /** Scratch clusters at the same time. */
  readonly most: number;
}

/**
 * The `monthlyRestoreTests` orchestration: one tick of the schedule. It begins those due tests that no other tick has begun,
 * as one run, as far as there are scratch clusters for them; the rest stays due.
 */
export function* monthlyRestoreTests(context: OrchestrationContext): Step<string> {
  const { runId, due, most } = context.df.getInput<MonthlyRestoreTestsInput>();
  const claim: TestClaim = { run: runId, at: nowIso(context), due, most };
  const claimed = yield* askEntity<readonly string[]>(context, MONTHLY_TESTS, MONTHLY_TESTS_KEY, "claim", claim);
  if (claimed.length === 0) return "no run: all that is due waits for a scratch cluster, or was begun";
  const months = [...new Set(due.filter(({ cluster }) => claimed.includes(cluster)).map(({ month }) => month))].sort();
  const request: RestoreRunRequest = {
    kind: "restore-test",
    trigger: { by: "timer", reason: `monthly restore tests of ${months.join(" and ")}`, event: null },
    targets: [...claimed],
    point: null,
    keepHours: null,
  };
  if (!context.df.isReplaying) context.log(`monthly restore tests: run ${runId} for ${claimed.join(", ")}`);
  try {
    yield* runChild(context, "restoreTest", runId, request);
    return `run ${runId}`;
  } catch (error) {
    return `run ${runId} broke: ${errorText(error)}`;
  } finally {
    yield* askEntity(context, MONTHLY_TESTS, MONTHLY_TESTS_KEY, "end", runId);
  }
}
