import type { DeprecatedApi } from "../../domain/preflight/readings.ts";

const METRIC = "apiserver_requested_deprecated_apis";

/**
 * The deprecated APIs that somebody has asked an API server for since its start, from its own metrics
 * (kubernetes.io/docs/reference/using-api/deprecation-policy: `apiserver_requested_deprecated_apis`).
 *
 * @param text Prometheus' text format
 */
export function deprecatedRequests(text: string): DeprecatedApi[] {
  const found = new Map<string, DeprecatedApi>();
  for (const line of text.split("\n")) {
    const [, labelText, value] = new RegExp(`^${METRIC}\\{(.*)\\}\\s+(\\S+)`).exec(line) ?? [];
    if (labelText === undefined || Number(value) === 0) continue;
    const labels = Object.fromEntries(
      [...labelText.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = "", text = ""]) => [name, text]),
    );
    const { group = "", version = "", resource = "", removed_release: removed = "" } = labels;
    const groupVersion = group === "" ? version : `${group}/${version}`;
    const api = {
      groupVersion,
      resource,
      removedIn: removed === "" ? null : removed,
      source: "asked for since the API server started (apiserver_requested_deprecated_apis)",
    };
    found.set(`${groupVersion} ${resource}`, api);
  }
  return [...found.values()];
}
