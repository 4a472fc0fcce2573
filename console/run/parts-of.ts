import type { RestoreTestView } from "../../domain/api/restore-view.ts";
import type { RunView } from "../../domain/api/run-view.ts";
import type { RingView } from "../../domain/api/upgrade-view.ts";

/** The rings of an upgrade; none for what is no upgrade. */
export function ringsOf(run: RunView): readonly RingView[] {
  return run.kind === "upgrade" ? run.rings : [];
}

/** The tests of a run of restore tests; none for what is none. */
export function testsOf(run: RunView): readonly RestoreTestView[] {
  return run.kind === "restore-test" ? run.tests : [];
}
