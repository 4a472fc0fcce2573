import { describe, expect, it } from "vitest";
import { type Harness, startCluster } from "./kubernetes-harness.ts";

const CRON_JOBS = "/apis/batch/v1/namespaces/default/cronjobs";

/** Every hour, a Job of a minute; the world begins at 08:00. */
function cronJob(spec: object = {}, template: object = {}) {
  const container = { name: "main", image: "registry.example.com/reports:1" };
  return {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "reports", namespace: "default" },
    spec: {
      schedule: "0 * * * *",
      jobTemplate: {
        spec: { template: { metadata: template, spec: { restartPolicy: "Never", containers: [container] } } },
      },
      ...spec,
    },
  };
}

function start(): Harness {
  const harness = startCluster();
  harness.addNodes({ name: "a" });
  return harness;
}

const jobsOf = ({ cluster }: Harness) =>
  cluster
    .table("jobs")
    .list()
    .map(({ metadata }) => metadata.name);
const pass = ({ clock, cluster }: Harness, seconds: number) => {
  clock.advance(seconds);
  cluster.world.catchUp();
};

describe("a CronJob", () => {
  it("makes a Job at every time of its schedule, and keeps the last three", async () => {
    const harness = start();
    await harness.create(CRON_JOBS, cronJob());
    pass(harness, 3_599);
    expect(jobsOf(harness)).toEqual([]);
    pass(harness, 1 + 4 * 3_600 + 300);
    expect(jobsOf(harness)).toHaveLength(3);
    const { status } = await harness.object(`${CRON_JOBS}/reports`);
    expect(status).toEqual({ lastScheduleTime: "2026-11-20T13:00:00Z" });
    expect(harness.eventsOf("reports")).toHaveLength(5);
  });

  it("makes none while it is suspended, and afterwards one for all that it missed", async () => {
    const harness = start();
    await harness.create(CRON_JOBS, cronJob({ suspend: true }));
    pass(harness, 5 * 3_600 + 60);
    expect(jobsOf(harness)).toEqual([]);
    await harness.call("PATCH", `${CRON_JOBS}/reports`, { spec: { suspend: false } }, "application/merge-patch+json");
    expect(jobsOf(harness)).toEqual([`reports-${Date.parse("2026-11-20T13:00:00Z") / 60_000}`]);
  });

  it("starts no second Job beside one that runs, when that is forbidden", async () => {
    const harness = start();
    const long = { annotations: { "simulator.drydock.dev/run-seconds": "9000" } };
    await harness.create(CRON_JOBS, cronJob({ concurrencyPolicy: "Forbid" }, long));
    pass(harness, 2 * 3_600 + 60);
    expect(jobsOf(harness)).toHaveLength(1);
    const { status } = await harness.object(`${CRON_JOBS}/reports`);
    expect(status.active).toHaveLength(1);
  });
});
