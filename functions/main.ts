/**
 * The app: reads its settings once and registers every function. This is `main` of package.json, bundled; how the parts meet
 * is told in docs/architecture.md.
 */
import { join } from "node:path";
import { parseSettings, publicUrl } from "../domain/settings.ts";
import { registerDurable } from "./durable-functions.ts";
import { registerFindNodeImages } from "./find-node-images.ts";
import { registerApprovals } from "./http/approvals.ts";
import { registerConsole } from "./http/console.ts";
import { registerDeadLetters } from "./http/dead-letters.ts";
import { doorOf } from "./http/door.ts";
import { registerFleet } from "./http/fleet.ts";
import { registerHealth } from "./http/health.ts";
import { registerJanitorPasses } from "./http/janitor-passes.ts";
import { registerOpenApi } from "./http/openapi.ts";
import { openDoor } from "./http/operator-route.ts";
import { registerPlans } from "./http/plans.ts";
import { registerReadiness } from "./http/readiness.ts";
import { registerReport } from "./http/report.ts";
import { registerReports } from "./http/reports.ts";
import { registerRuns } from "./http/runs.ts";
import { registerSignals } from "./http/signals.ts";
import { registerStartRun } from "./http/start-run.ts";
import { registerTrends } from "./http/trends.ts";
import { registerWhy } from "./http/why.ts";
import { registerJanitor } from "./janitor.ts";
import { registerMonthlyRestoreTests } from "./monthly-restore-tests.ts";
import { registerContainerServiceEvent } from "./on-container-service-event.ts";
import { createPorts } from "./ports.ts";
import { registerUpgradeJanitor } from "./upgrade-janitor.ts";

/** The bundle is `dist/main.cjs`; fleet.yaml and the console are found from the app's folder. */
const appDirectory = join(__dirname, "..");
const settings = parseSettings(process.env);
const ports = createPorts(settings, appDirectory, () => publicUrl(parseSettings(process.env)));

registerDurable(ports);
registerContainerServiceEvent(ports);
registerFindNodeImages(settings.DAILY_SEARCH_SCHEDULE);
registerUpgradeJanitor();
registerMonthlyRestoreTests(ports);
registerJanitor(settings.JANITOR_SCHEDULE, ports);
openDoor(doorOf(settings));
registerHealth();
registerRuns();
registerStartRun(ports);
registerApprovals();
registerReport(ports);
registerPlans(ports);
registerReadiness(ports);
registerSignals();
registerFleet(ports);
registerWhy(ports, settings);
registerDeadLetters();
registerTrends(ports);
registerReports(ports);
registerJanitorPasses();
registerOpenApi();
registerConsole(join(__dirname, "console"));
