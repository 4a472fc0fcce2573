/**
 * Writes what the real kustomize makes of the sample fleet's clusters and of test/kustomize/cases, for test/kustomize to
 * compare with. Run it when the fleet or a case has changed: `node scripts/kustomize-goldens.ts` (needs kubectl).
 */
import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const golden = join(root, "test/kustomize/golden");

for (const name of readdirSync(golden)) rmSync(join(golden, name));
for (const parent of ["fleet/clusters", "test/kustomize/cases"]) {
  for (const name of readdirSync(join(root, parent)).toSorted()) {
    const text = execFileSync("kubectl", ["kustomize", join(root, parent, name)], { encoding: "utf8" });
    writeFileSync(join(golden, `${name}.yaml`), text);
  }
}
