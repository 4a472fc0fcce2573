import { Option } from "commander";

/** How an answer is printed. */
export type OutputFormat = "table" | "json" | "yaml";

/** The flag that says how an answer is printed. */
export function outputOption(): Option {
  return new Option("-o, --output <format>", "table, json or yaml")
    .choices(["table", "json", "yaml"] satisfies OutputFormat[])
    .default("table");
}
