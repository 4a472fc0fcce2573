import type { PlannedTest, TestInput } from "./planned-test.ts";

/** A test that waits for its turn, with what its run's plan has found. */
export interface QueuedTest {
  readonly input: TestInput;
  readonly planned: PlannedTest;
  readonly plannedAt: string;
}
