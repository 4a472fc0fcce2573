import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { createVirtualClock } from "../../local/clock/virtual-clock.ts";
import { ScheduleError } from "../../local/timers/schedule.ts";
import { TimeZoneError } from "../../local/timers/time-zone.ts";
import type { BuiltApp } from "../patterns/host.ts";
import { buildSample, type RunningApp, serve } from "./running-app.ts";

let app: BuiltApp;
let running: RunningApp | undefined;
/** Lets the clock of the running host go on. */
let release = () => {};
const stateDirectory = mkdtempSync(join(tmpdir(), "drydock-state-"));
beforeAll(async () => {
  app = await buildSample("timers");
});
afterEach(async () => {
  release();
  await stop();
  vi.unstubAllEnvs();
  rmSync(stateDirectory, { recursive: true, force: true });
});
afterAll(() => app?.remove());

interface Run {
  readonly name: string;
  readonly at: string;
  readonly isPastDue: boolean;
  readonly last?: string;
  readonly next?: string;
  readonly retry?: number;
}

interface Timers {
  /** Lets time pass up to a moment, and stops it there. */
  until(moment: string): Promise<void>;
  /** Runs that have begun, oldest first. */
  began(): Run[];
  /** The moments of these runs. */
  moments(): string[];
  /** The moments at which runs ended well. */
  ended(): string[];
}

/** Serves the app with these timers, on a clock that stands at `start` until told to move. */
async function timers(start: string, definitions: readonly object[], directory?: string): Promise<Timers> {
  vi.stubEnv("TIMERS", JSON.stringify(definitions));
  const clock = createVirtualClock(Date.parse(start));
  release = clock.hold();
  const served = await serve(app, { clock, ...(directory === undefined ? {} : { stateDirectory: directory }) });
  running = served;
  const logged = (word: string): Run[] =>
    served.lines.flatMap(({ msg }) => (msg.startsWith(`${word} `) ? [JSON.parse(msg.slice(word.length + 1))] : []));
  return {
    async until(moment) {
      const reached = Promise.withResolvers<void>();
      clock.at(Date.parse(moment), () => {
        release = clock.hold();
        reached.resolve();
      });
      release();
      await reached.promise;
    },
    began: () => logged("began"),
    moments: () => logged("began").map(({ at }) => at.replace(".000Z", "Z")),
    ended: () => logged("ended").map(({ at }) => at.replace(".000Z", "Z")),
  };
}

async function stop(): Promise<void> {
  await running?.stop();
  running = undefined;
}

const runsOf = (schedule: string) => [{ name: "tick", schedule }];

describe("a schedule", () => {
  it("of six NCRONTAB fields begins with the second", async () => {
    const { until, moments } = await timers("2026-03-01T00:00:07Z", runsOf("*/15 * * * * *"));
    await until("2026-03-01T00:01:10Z");
    expect(moments()).toEqual([
      "2026-03-01T00:00:15Z",
      "2026-03-01T00:00:30Z",
      "2026-03-01T00:00:45Z",
      "2026-03-01T00:01:00Z",
    ]);
  });

  it("knows names, ranges, lists and steps, and both kinds of day must match", async () => {
    const { until, moments } = await timers("2026-01-01T00:00:00Z", runsOf("0 30 9,21 1-7 */3 Mon"));
    await until("2026-08-01T00:00:00Z");
    // The first Monday of January, April and July.
    expect(moments()).toEqual([
      "2026-01-05T09:30:00Z",
      "2026-01-05T21:30:00Z",
      "2026-04-06T09:30:00Z",
      "2026-04-06T21:30:00Z",
      "2026-07-06T09:30:00Z",
      "2026-07-06T21:30:00Z",
    ]);
  });

  it("of five fields fires at second 0", async () => {
    const { until, moments } = await timers("2026-03-01T00:00:07Z", runsOf("*/30 * * * *"));
    await until("2026-03-01T01:10:00Z");
    expect(moments()).toEqual(["2026-03-01T00:30:00Z", "2026-03-01T01:00:00Z"]);
  });

  it("that is a TimeSpan is counted from the start", async () => {
    const { until, moments } = await timers("2026-03-01T00:00:07Z", runsOf("01:30:00"));
    await until("2026-03-01T05:00:00Z");
    expect(moments()).toEqual(["2026-03-01T01:30:07Z", "2026-03-01T03:00:07Z", "2026-03-01T04:30:07Z"]);
  });

  it("may stand in a setting", async () => {
    vi.stubEnv("SWEEP_SCHEDULE", "0 0 6 * * *");
    const { until, moments } = await timers("2026-03-01T00:00:00Z", runsOf("%SWEEP_SCHEDULE%"));
    await until("2026-03-02T12:00:00Z");
    expect(moments()).toEqual(["2026-03-01T06:00:00Z", "2026-03-02T06:00:00Z"]);
  });

  it.each([
    ["no schedule at all", "every day", "every day"],
    ["a field out of range", "0 61 * * * *", "0 61 * * * *"],
    ["an extension that NCRONTAB lacks", "0 0 0 L * *", "0 0 0 L * *"],
    ["a TimeSpan of nothing", "00:00:00", "00:00:00"],
    ["a setting that is not set", "%NOT_SET%", "%NOT_SET%"],
    ["an empty one", "", '""'],
  ])("that is bad (%s) is a ScheduleError that names function and schedule", async (_what, schedule, quoted) => {
    const failure = await timers("2026-03-01T00:00:00Z", [{ name: "sweep", schedule }]).catch((error) => error);
    expect(failure).toBeInstanceOf(ScheduleError);
    expect(failure.message).toContain(quoted);
    expect(failure.message).toContain('"sweep"');
  });
});

describe("WEBSITE_TIME_ZONE", () => {
  it.each(["Europe/Berlin", "W. Europe Standard Time"])(
    "%s: nine in the morning stays nine across both changes of the clock",
    async (zone) => {
      vi.stubEnv("WEBSITE_TIME_ZONE", zone);
      const spring = await timers("2026-03-28T00:00:00Z", runsOf("0 0 9 * * *"));
      await spring.until("2026-03-30T00:00:00Z");
      expect(spring.moments()).toEqual(["2026-03-28T08:00:00Z", "2026-03-29T07:00:00Z"]);
      await stop();
      const autumn = await timers("2026-10-24T00:00:00Z", runsOf("0 0 9 * * *"));
      await autumn.until("2026-10-26T00:00:00Z");
      expect(autumn.moments()).toEqual(["2026-10-24T07:00:00Z", "2026-10-25T08:00:00Z"]);
    },
  );

  it("a time that the change leaves out comes when the clock has changed, and one that comes twice fires once", async () => {
    vi.stubEnv("WEBSITE_TIME_ZONE", "Europe/Berlin");
    const spring = await timers("2026-03-28T12:00:00Z", runsOf("0 30 2 * * *"));
    await spring.until("2026-03-30T12:00:00Z");
    expect(spring.moments()).toEqual(["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]);
    await stop();
    const autumn = await timers("2026-10-24T12:00:00Z", runsOf("0 30 2 * * *"));
    await autumn.until("2026-10-26T12:00:00Z");
    expect(autumn.moments()).toEqual(["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]);
  });

  it("a zone that does not exist is a TimeZoneError that quotes it", async () => {
    vi.stubEnv("WEBSITE_TIME_ZONE", "Europe/Atlantis");
    const failure = await timers("2026-03-01T00:00:00Z", runsOf("0 0 * * * *")).catch((error) => error);
    expect(failure).toBeInstanceOf(TimeZoneError);
    expect(failure.message).toContain('"Europe/Atlantis"');
  });
});

describe("starting", () => {
  it("runOnStartup fires at once, not past due, and the schedule goes on", async () => {
    const { until, began, moments } = await timers("2026-03-01T00:10:00Z", [
      { name: "eager", schedule: "0 0 * * * *", runOnStartup: true },
    ]);
    await until("2026-03-01T01:30:00Z");
    expect(moments()).toEqual(["2026-03-01T00:10:00Z", "2026-03-01T01:00:00Z"]);
    expect(began().map(({ isPastDue }) => isPastDue)).toEqual([false, false]);
  });

  it("runs missed while the host was down are made up by one that is past due", async () => {
    const daily = runsOf("0 0 6 * * *");
    const before = await timers("2026-03-01T00:00:00Z", daily, stateDirectory);
    await before.until("2026-03-01T07:00:00Z");
    expect(before.moments()).toEqual(["2026-03-01T06:00:00Z"]);
    await stop();
    const after = await timers("2026-03-04T09:15:00Z", daily, stateDirectory);
    await after.until("2026-03-05T07:00:00Z");
    expect(after.began()).toMatchObject([
      { at: "2026-03-04T09:15:00.000Z", isPastDue: true, last: "2026-03-01T06:00:00.000Z" },
      { at: "2026-03-05T06:00:00.000Z", isPastDue: false, last: "2026-03-04T09:15:00.000Z" },
    ]);
    expect(after.began().at(-1)?.next).toBe("2026-03-06T06:00:00.000Z");
    expect(running?.lines.filter(({ msg }) => msg.includes("past due"))).toMatchObject([
      { level: 40, function: "tick", due: "2026-03-02T06:00:00.000Z" },
    ]);
  });

  it("a run is missed also when the host had never fired the timer before", async () => {
    const daily = runsOf("0 0 6 * * *");
    await timers("2026-03-01T00:00:00Z", daily, stateDirectory);
    await stop();
    const after = await timers("2026-03-02T00:00:00Z", daily, stateDirectory);
    await after.until("2026-03-02T00:01:00Z");
    expect(after.began()).toMatchObject([{ isPastDue: true }]);
  });

  it("a host that was down between two runs has missed nothing", async () => {
    const daily = runsOf("0 0 6 * * *");
    const before = await timers("2026-03-01T00:00:00Z", daily, stateDirectory);
    await before.until("2026-03-01T07:00:00Z");
    await stop();
    const after = await timers("2026-03-02T05:00:00Z", daily, stateDirectory);
    await after.until("2026-03-02T07:00:00Z");
    expect(after.began()).toMatchObject([{ at: "2026-03-02T06:00:00.000Z", isPastDue: false }]);
  });

  it.each([
    ["without useMonitor", { schedule: "0 0 6 * * *", useMonitor: false }],
    ["that fires every few seconds", { schedule: "*/30 * * * * *" }],
  ])("a timer %s makes nothing up and has no status", async (_what, options) => {
    const definition = [{ name: "tick", ...options }];
    const before = await timers("2026-03-01T00:00:00Z", definition, stateDirectory);
    await before.until("2026-03-01T07:00:00Z");
    await stop();
    const after = await timers("2026-03-04T05:59:45Z", definition, stateDirectory);
    await after.until("2026-03-04T06:00:10Z");
    expect(after.began()).toEqual([{ name: "tick", at: "2026-03-04T06:00:00.000Z", isPastDue: false }]);
  });

  it("another schedule starts afresh, also when it comes from a setting or another time zone", async () => {
    vi.stubEnv("SWEEP_SCHEDULE", "0 0 6 * * *");
    await timers("2026-03-01T00:00:00Z", runsOf("%SWEEP_SCHEDULE%"), stateDirectory);
    await stop();
    vi.stubEnv("SWEEP_SCHEDULE", "0 0 20 * * *");
    const later = await timers("2026-03-01T07:00:00Z", runsOf("%SWEEP_SCHEDULE%"), stateDirectory);
    await later.until("2026-03-01T08:00:00Z");
    expect(later.began()).toEqual([]);
    await stop();
    vi.stubEnv("WEBSITE_TIME_ZONE", "America/New_York");
    const elsewhere = await timers("2026-03-01T21:00:00Z", runsOf("%SWEEP_SCHEDULE%"), stateDirectory);
    await elsewhere.until("2026-03-02T02:00:00Z");
    expect(elsewhere.began()).toMatchObject([{ at: "2026-03-02T01:00:00.000Z", isPastDue: false }]);
  });

  it("a start that failed for its schedule leaves the state folder free", async () => {
    await timers("2026-03-01T00:00:00Z", runsOf("hourly"), stateDirectory).catch(() => undefined);
    const mended = await timers("2026-03-01T00:00:00Z", runsOf("0 0 * * * *"), stateDirectory);
    await mended.until("2026-03-01T01:30:00Z");
    expect(mended.moments()).toEqual(["2026-03-01T01:00:00Z"]);
  });

  it("a damaged status file costs the memory of past runs, not the start", async () => {
    const daily = runsOf("0 0 6 * * *");
    await timers("2026-03-01T00:00:00Z", daily, stateDirectory);
    await stop();
    writeFileSync(join(stateDirectory, "timers.json"), "{half");
    const after = await timers("2026-03-04T00:00:00Z", daily, stateDirectory);
    await after.until("2026-03-04T07:00:00Z");
    expect(after.began()).toMatchObject([{ at: "2026-03-04T06:00:00.000Z", isPastDue: false }]);
    expect(JSON.parse(readFileSync(join(stateDirectory, "timers.json"), "utf8")).tick.last).toBe(
      "2026-03-04T06:00:00.000Z",
    );
  });
});

describe("running", () => {
  it("two runs of one timer never overlap: moments that pass meanwhile are skipped", async () => {
    const { until, moments, ended } = await timers("2026-03-01T00:00:00Z", [
      { name: "slow", schedule: "0 */10 * * * *", takesMs: 25 * 60_000 },
    ]);
    await until("2026-03-01T01:08:00Z");
    expect(moments()).toEqual(["2026-03-01T00:10:00Z", "2026-03-01T00:40:00Z"]);
    expect(ended()).toEqual(["2026-03-01T00:35:00Z", "2026-03-01T01:05:00Z"]);
  });

  it("a slow timer does not keep another from firing", async () => {
    const { until, began } = await timers("2026-03-01T00:00:00Z", [
      { name: "slow", schedule: "0 10 * * * *", takesMs: 25 * 60_000 },
      { name: "quick", schedule: "0 20 * * * *" },
    ]);
    await until("2026-03-01T00:30:00Z");
    expect(began().map(({ name }) => name)).toEqual(["slow", "quick"]);
  });

  it("one that fails is run again as its policy says, and told which attempt it is", async () => {
    const { until, began, ended } = await timers("2026-03-01T00:00:00Z", [
      {
        name: "flaky",
        schedule: "0 0 * * * *",
        failures: 2,
        retry: { strategy: "fixedDelay", maxRetryCount: 3, delayInterval: { minutes: 1 } },
      },
    ]);
    await until("2026-03-01T01:30:00Z");
    expect(began().map(({ at, retry }) => [at, retry])).toEqual([
      ["2026-03-01T01:00:00.000Z", undefined],
      ["2026-03-01T01:01:00.000Z", 1],
      ["2026-03-01T01:02:00.000Z", 2],
    ]);
    expect(ended()).toEqual(["2026-03-01T01:02:00Z"]);
  });

  it("exponential back-off doubles up to its maximum; the last failure is logged and the schedule goes on", async () => {
    const { until, moments } = await timers("2026-03-01T00:00:00Z", [
      {
        name: "hopeless",
        schedule: "0 0 */2 * * *",
        failures: 99,
        retry: {
          strategy: "exponentialBackoff",
          maxRetryCount: 4,
          minimumInterval: { minutes: 1 },
          maximumInterval: { minutes: 5 },
        },
      },
    ]);
    await until("2026-03-01T04:00:30Z");
    expect(moments()).toEqual([
      "2026-03-01T02:00:00Z",
      "2026-03-01T02:01:00Z",
      "2026-03-01T02:03:00Z",
      "2026-03-01T02:07:00Z",
      "2026-03-01T02:12:00Z",
      "2026-03-01T04:00:00Z",
    ]);
    expect(running?.lines.filter(({ level }) => level === 50)).toMatchObject([
      { function: "hopeless", error: "run 5 failed", msg: "timer function failed" },
    ]);
  });

  it("a timer without a policy that fails is logged and fires again at its next moment", async () => {
    const { until, moments } = await timers("2026-03-01T00:00:00Z", [
      { name: "unlucky", schedule: "0 0 * * * *", failures: 1 },
    ]);
    await until("2026-03-01T02:30:00Z");
    expect(moments()).toEqual(["2026-03-01T01:00:00Z", "2026-03-01T02:00:00Z"]);
    expect(running?.lines.filter(({ level }) => level === 50)).toMatchObject([{ error: "run 1 failed" }]);
  });

  it("the host's owner can run a timer by hand, with the master key", async () => {
    const { began } = await timers("2026-03-01T00:00:00Z", runsOf("0 0 6 * * *"));
    const run = (key: string) =>
      running?.request("/admin/functions/tick", { method: "POST", headers: { "x-functions-key": key }, body: "{}" });
    expect((await run(running?.host.keys.host ?? ""))?.status).toBe(401);
    expect((await run(running?.host.keys.master ?? ""))?.status).toBe(202);
    await running?.until(({ msg }) => msg.startsWith("ended"));
    expect(began().map(({ name }) => name)).toEqual(["tick"]);
  });
});
