import { userInfo } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { RunKind } from "../../domain/run-kind.ts";
import type { UpgradeScope } from "../../domain/run-request.ts";
import { usageFailure } from "../failure.ts";

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

/** The flag that says which recovery point is restored. */
export function pointOption(): Option {
  return new Option(
    "--point <point>",
    "restore-test: latest, oldest, random, a day, an instant or a point's id; else as fleet.yaml says",
  );
}

/** The flag that says how long a restored copy may be looked into. */
export function keepHoursOption(): Option {
  return new Option(
    "--keep-hours <hours>",
    "restore-test: how long people may look into the copy; else as fleet.yaml says",
  ).argParser((text: string) => {
    const hours = Number(text);
    if (text.trim() !== "" && hours >= 0 && hours <= 168) return hours;
    throw new InvalidArgumentError("It must be a number from 0 to 168.");
  });
}

/** Flags that only one kind of run has. */
interface KindFlags {
  readonly scope?: UpgradeScope;
  readonly plan?: string;
  readonly point?: string;
  readonly keepHours?: number;
}

/** Rejects, with exit code 2, flags that another kind of run has: they would be passed over. */
export function checkKind(kind: RunKind, { scope, plan, point, keepHours }: KindFlags): void {
  const others =
    kind === "upgrade" ? { "--point": point, "--keep-hours": keepHours } : { "--scope": scope, "--plan": plan };
  const [flag] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (flag !== undefined) throw usageFailure(`${flag} is not for ${kind}; see drydock run --help`);
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
