/**
 * Writes what the real kustomize makes of the sample fleet's clusters and of test/kustomize/fixtures, for the tests to
 * compare with. Run it when the fleet or a fixture has changed: `node scripts/kustomize-goldens.ts` (needs a kubectl with
 * kustomize 5.5). Exits 1 when kubectl accepts what a fixture says it refuses, or the other way around.
 */
import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildWithKubectl, type Case, cases, GOLDEN } from "../test/kustomize/fixtures.ts";

const { accepted, refused, stricter } = cases();

for (const name of readdirSync(GOLDEN)) rmSync(join(GOLDEN, name));
for (const one of accepted) {
  const { text, error } = buildWithKubectl(one);
  if (error === undefined) writeFileSync(join(GOLDEN, `${one.name}.yaml`), text);
  else complain(one, `is refused by kubectl: ${error}`);
}
for (const one of refused) if (buildWithKubectl(one).error === undefined) complain(one, "is accepted by kubectl");
for (const one of stricter) {
  const { error } = buildWithKubectl(one);
  if (error !== undefined) complain(one, `is refused by kubectl too: ${error}`);
}

function complain({ name }: Case, problem: string): void {
  console.error(`${name}: ${problem}`);
  process.exitCode = 1;
}
