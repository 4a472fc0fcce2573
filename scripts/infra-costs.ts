/**
 * Prints what Drydock costs a month for fleets of three sizes; scripts/infra/costs.ts has the prices and what is taken for
 * granted. With `--write` the table goes into docs/deploy.md.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { costsTable } from "./infra/costs.ts";

const DOCUMENT = join(import.meta.dirname, "../docs/deploy.md");
const PLACE = /(<!-- infra:costs begins -->\n).*(<!-- infra:costs ends -->)/s;

if (process.argv.includes("--write")) {
  const text = readFileSync(DOCUMENT, "utf8");
  writeFileSync(
    DOCUMENT,
    text.replace(PLACE, (_, begin, end) => `${begin}\n${costsTable()}\n\n${end}`),
  );
} else {
  console.log(costsTable());
}
