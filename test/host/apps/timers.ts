import { app, type RetryOptions } from "@azure/functions";

/** A timer function to register; the setting TIMERS holds a list of them. */
interface TimerDefinition {
  readonly name: string;
  readonly schedule: string;
  readonly runOnStartup?: boolean;
  readonly useMonitor?: boolean;
  readonly retry?: RetryOptions;
  /** How long a run takes. */
  readonly takesMs?: number;
  /** How many runs fail before one succeeds. */
  readonly failures?: number;
}

const definitions = JSON.parse(process.env.TIMERS ?? "[]") as TimerDefinition[];
for (const { name, takesMs = 0, failures = 0, ...options } of definitions) {
  let runs = 0;
  app.timer(name, {
    ...options,
    handler: async (timer, context) => {
      const at = new Date().toISOString();
      runs += 1;
      const { isPastDue, scheduleStatus } = timer;
      const run = { name, at, isPastDue, last: scheduleStatus?.last, next: scheduleStatus?.next };
      context.log("began", JSON.stringify({ ...run, retry: context.retryContext?.retryCount }));
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
      if (runs <= failures) throw new Error(`run ${runs} failed`);
      context.log("ended", JSON.stringify({ name, at: new Date().toISOString() }));
    },
  });
}
app.http("idle", { authLevel: "anonymous", handler: () => ({ body: "idle" }) });
