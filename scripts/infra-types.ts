/**
 * Checks every property of the templates against Bicep's own type library, for those without the Bicep CLI:
 * `npm run infra:types -- CLONE`, where CLONE is a clone of Azure/bicep-types-az. Prints `path:line sentence` and exits 1 when
 * there is anything to say.
 */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseBicep } from "../test/infra/bicep/parse-bicep.ts";
import { propertyMistakes } from "./infra/check-properties.ts";
import { openLibrary } from "./infra/type-library.ts";

const INFRA = join(import.meta.dirname, "../infra");
const [clone] = process.argv.slice(2);
if (clone === undefined) throw new Error("which clone of Azure/bicep-types-az? npm run infra:types -- CLONE");
const find = openLibrary(clone);
const mistakes = globSync("**/*.bicep", { cwd: INFRA }).flatMap((file) =>
  propertyMistakes(parseBicep(readFileSync(join(INFRA, file), "utf8")), find).map(
    (mistake) => `infra/${file}:${mistake}`,
  ),
);
for (const mistake of mistakes) console.error(mistake);
console.log(`${mistakes.length} mistake(s)`);
process.exitCode = mistakes.length === 0 ? 0 : 1;
