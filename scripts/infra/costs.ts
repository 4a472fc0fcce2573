/**
 * Pay-as-you-go list prices in US dollars, as the pricing pages of these services had them for a cheap region when this was
 * written. Nobody looks them up when this runs: put in those of your region and your contract.
 */
export const PRICES = {
  /** azure.microsoft.com/pricing/details/functions, Flex Consumption: GB-seconds kept ready, run when ready, run on demand. */
  readyGbSecond: 0.000004,
  readyRunGbSecond: 0.000016,
  runGbSecond: 0.000026,
  millionExecutions: 0.4,
  /** …/details/storage: ten thousand operations of queues and tables, a GB of blobs for a month. */
  tenThousandOperations: 0.0004,
  blobGbMonth: 0.02,
  /** …/details/monitor: a GB taken in; a log alert that looks every 5, every 15 minutes and seldom; a metric alert. */
  logGb: 2.3,
  logAlertMonth: { every5: 1.5, every15: 0.5, seldom: 0.05 },
  metricAlertMonth: 0.1,
  /** …/details/event-grid, after the first hundred thousand. */
  millionEvents: 0.6,
  /** …/details/virtual-machines/linux: Standard_D4ds_v5. */
  nodeHour: 0.226,
  /** …/details/private-link: an endpoint for a month. */
  privateEndpointMonth: 7.3,
} as const;

/** What the estimate takes for granted of a fleet, a month. */
export const ASSUMPTIONS = {
  instanceGb: 2,
  poolsOfCluster: 3,
  nodesOfPool: 10,
  /** AKS releases node images weekly. */
  imageUpgrades: 4,
  /** Of watching a drain or a roll, for each node; at most a minute is one activity. */
  watchSecondsOfNode: 300,
  /** Activities that one instance runs side by side, half of what host.json allows. */
  sideBySide: 10,
  /** Activities and turns of orchestrations for each node and each cluster of an upgrade, and what one of them costs storage. */
  stepsOfNode: 20,
  stepsOfClusterUpgrade: 120,
  storageOperationsOfStep: 12,
  pollOperations: 8_000_000,
  logKbOfStep: 2,
  /** Rolling events of each pool (begun, ended), and a few of new versions. */
  eventsOfUpgradedPool: 2,
  otherEventsOfCluster: 2,
  reportMbOfCluster: 2,
  /** A restore test for each cluster: two nodes for three hours. */
  scratchNodes: 2,
  scratchHours: 3,
} as const;

const HOURS_OF_MONTH = 730;
const MILLION = 1_000_000;

/** One line of the estimate. */
export interface CostLine {
  readonly what: string;
  readonly dollars: number;
}

/** What Drydock costs for a fleet of so many clusters a month, by what is paid for. Free grants are left out. */
export function monthlyCosts(clusters: number): CostLine[] {
  const a = ASSUMPTIONS;
  const upgrades = clusters * a.imageUpgrades;
  const nodes = upgrades * a.poolsOfCluster * a.nodesOfPool;
  const steps = nodes * a.stepsOfNode + upgrades * a.stepsOfClusterUpgrade;
  const watchGbSeconds = (nodes * a.watchSecondsOfNode * a.instanceGb) / a.sideBySide;
  const readyGbSeconds = HOURS_OF_MONTH * 3_600 * a.instanceGb;
  // What fits into the instance that is ready is billed at its price.
  const inReady = Math.min(watchGbSeconds, readyGbSeconds);
  const events = upgrades * a.poolsOfCluster * a.eventsOfUpgradedPool + clusters * a.otherEventsOfCluster;
  const operations = steps * a.storageOperationsOfStep + a.pollOperations;
  const { every5, every15, seldom } = PRICES.logAlertMonth;
  return [
    { what: "one instance that is always ready", dollars: readyGbSeconds * PRICES.readyGbSecond },
    {
      what: "running: watching drains and rolls, steps",
      dollars:
        inReady * PRICES.readyRunGbSecond +
        (watchGbSeconds - inReady) * PRICES.runGbSecond +
        (steps / MILLION) * PRICES.millionExecutions,
    },
    { what: "state of runs in the storage account", dollars: (operations / 10_000) * PRICES.tenThousandOperations },
    { what: "reports", dollars: ((clusters * a.reportMbOfCluster) / 1_000) * PRICES.blobGbMonth * 12 },
    { what: "logs", dollars: ((steps * a.logKbOfStep) / MILLION) * PRICES.logGb },
    { what: "events", dollars: (events / MILLION) * PRICES.millionEvents },
    {
      what: "alert rules",
      dollars: every5 + 2 * every15 + 5 * seldom + clusters * PRICES.metricAlertMonth,
    },
    {
      what: "restore tests: nodes of scratch clusters",
      dollars: clusters * a.scratchNodes * a.scratchHours * PRICES.nodeHour,
    },
  ];
}

const FLEETS = [10, 100, 1_000];

/** The estimate as a table in Markdown, for fleets of three sizes. */
export function costsTable(): string {
  const columns = FLEETS.map(monthlyCosts);
  const [first = []] = columns;
  const rows = first.map(({ what }, row) => [what, ...columns.map((lines) => money(lines[row]?.dollars ?? 0))]);
  const totals = columns.map((lines) => money(lines.reduce((sum, { dollars }) => sum + dollars, 0)));
  const head = ["US dollars a month", ...FLEETS.map((clusters) => `${clusters.toLocaleString("en-US")} clusters`)];
  const all = [head, ...rows, ["**together**", ...totals.map((total) => `**${total}**`)]];
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))).join(" | ")} |`;
  const rule = `| ${widths.map((width, column) => (column === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`)).join(" | ")} |`;
  return [line(head), rule, ...all.slice(1).map(line)].join("\n");
}

function money(dollars: number): string {
  return dollars < 100 ? dollars.toFixed(2) : Math.round(dollars).toLocaleString("en-US");
}
