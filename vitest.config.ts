import { defineConfig } from "vitest/config";

/** Tests run in three projects so that a failing one says where to look: pure logic, programs over HTTP, Chromium. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "{domain,orchestrations,activities,functions,adapters,local,simulator,cli,kustomize,console,scripts}/**/*.test.ts",
          ],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/**/*.test.ts"],
          globalSetup: ["test/setup/run-folder.ts"],
          exclude: ["test/browser/**"],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          pool: "forks",
        },
      },
      {
        test: {
          name: "browser",
          include: ["test/browser/**/*.test.ts"],
          globalSetup: ["test/setup/run-folder.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          pool: "forks",
          fileParallelism: false,
        },
      },
    ],
  },
});
