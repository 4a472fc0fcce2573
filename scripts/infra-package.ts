/**
 * Makes `dist/package` (or the folder that is given), which is what is deployed: the bundle, the console, host.json for the backend that
 * DRYDOCK_DURABLE_BACKEND names (storage without it) and fleet.yaml. There are no node_modules in it: the bundle has all it needs.
 * azd runs it, as `npm run package`, after the build.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { durableBackendSchema, hostJsonFor } from "./infra/host-json.ts";

const ROOT = join(import.meta.dirname, "..");
const PACKAGE = resolve(process.argv[2] ?? join(ROOT, "dist/package"));

if (!existsSync(join(ROOT, "dist/main.cjs"))) throw new Error("dist/main.cjs is not there; run npm run build first");
const backend = durableBackendSchema.parse(process.env.DRYDOCK_DURABLE_BACKEND || "storage");
const { name, version, license } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const hostJson = JSON.parse(readFileSync(join(ROOT, "host.json"), "utf8"));

rmSync(PACKAGE, { recursive: true, force: true });
mkdirSync(join(PACKAGE, "dist"), { recursive: true });
cpSync(join(ROOT, "dist/main.cjs"), join(PACKAGE, "dist/main.cjs"));
cpSync(join(ROOT, "dist/console"), join(PACKAGE, "dist/console"), { recursive: true });
cpSync(join(ROOT, "fleet.yaml"), join(PACKAGE, "fleet.yaml"));
writeFileSync(join(PACKAGE, "host.json"), `${JSON.stringify(hostJsonFor(hostJson, backend), null, 2)}\n`);
writeFileSync(
  join(PACKAGE, "package.json"),
  `${JSON.stringify({ name, version, license, main: "dist/main.cjs" }, null, 2)}\n`,
);
console.log(`${PACKAGE} is made, for ${backend}`);
