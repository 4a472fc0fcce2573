import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { costsTable, monthlyCosts } from "./costs.ts";

const total = (clusters: number) => monthlyCosts(clusters).reduce((sum, { dollars }) => sum + dollars, 0);

describe("the estimate of costs", () => {
  it("has nothing that is free or negative, and grows with the fleet, but less than the fleet", () => {
    for (const { what, dollars } of monthlyCosts(10)) expect(dollars, what).toBeGreaterThan(0);
    expect(total(100)).toBeGreaterThan(total(10));
    expect(total(1_000) / total(10)).toBeLessThan(100);
  });

  it("bills what does not fit into the instance that is ready at the price on demand", () => {
    const running = (clusters: number) => monthlyCosts(clusters)[1]?.dollars ?? 0;
    expect(running(1_000) / running(100)).toBeGreaterThan(10);
  });

  it("is what docs/deploy.md shows; npm run infra:costs -- --write brings it there", () => {
    const document = readFileSync(join(import.meta.dirname, "../../docs/deploy.md"), "utf8");
    const [, shown] = /<!-- infra:costs begins -->\n\n(.*?)\n\n<!-- infra:costs ends -->/s.exec(document) ?? [];
    expect(shown).toBe(costsTable());
  });
});
