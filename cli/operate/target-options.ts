import { userInfo } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { UpgradeScope } from "../../domain/run-request.ts";

/** The flag that names clusters: given more than once, or with commas. */
export function clusterOption(): Option {
  return new Option("--cluster <name>", "a cluster of fleet.yaml, more than once or with commas; else all").argParser(
    (text: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      ...text.split(",").map((name) => name.trim()),
    ],
  );
}

/** The flag that says how far an upgrade goes. */
export function scopeOption(): Option {
  return new Option("--scope <scope>", "node images alone, patches of Kubernetes too, or the next minor too").choices([
    "nodeImage",
    "patch",
    "minor",
  ] satisfies UpgradeScope[]);
}

/** The flag that says why; what operators do is in the report with its reason. */
export function reasonOption(): Option {
  return new Option("--reason <text>", "why; it stands in the report").argParser(nonEmpty).makeOptionMandatory();
}

/** The flag that says who. */
export function byOption(): Option {
  return new Option("--by <name>", "who you are; it stands in the report")
    .argParser(nonEmpty)
    .default(osUser(), "your OS user");
}

function nonEmpty(text: string): string {
  if (text.trim() !== "") return text.trim();
  throw new InvalidArgumentError("It must not be empty.");
}

/** The name of the OS user; in containers there may be none. */
function osUser(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER || process.env.USERNAME || "unknown user";
  }
}
