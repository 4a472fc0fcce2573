import type { HttpRequest } from "@azure/functions";
import { Problem } from "./problem.ts";

/** The run's id in a route. Throws Problem 400 for what can be no id. */
export function runIdIn(request: HttpRequest): string {
  const { id = "" } = request.params;
  if (/^[A-Za-z0-9-]{1,80}$/.test(id)) return id;
  throw new Problem(400, "Invalid run id", "A run's id holds letters, digits and dashes only.");
}
