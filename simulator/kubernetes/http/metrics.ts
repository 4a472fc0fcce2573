/** A deprecated API that somebody has asked the server for since its start. */
export interface DeprecatedRequests {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  /** The minor version that no longer has it, like 1.37. */
  readonly removedRelease: string;
}

/** The server's own metrics, in Prometheus' text format; of all of them, those that tell what a new version would break. */
export function answerMetrics(gitVersion: string, deprecated: readonly DeprecatedRequests[]): string {
  const [major = "", minor = ""] = gitVersion.split(".");
  const asked = deprecated.map(({ group, version, resource, removedRelease }) => {
    const labels = { group, removed_release: removedRelease, resource, subresource: "", version };
    const text = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
    return `apiserver_requested_deprecated_apis{${text.join(",")}} 1`;
  });
  return [
    "# HELP apiserver_requested_deprecated_apis [STABLE] Gauge of deprecated APIs that have been requested, broken out by API group, version, resource, subresource, and removed_release.",
    "# TYPE apiserver_requested_deprecated_apis gauge",
    ...asked,
    "# HELP kubernetes_build_info [ALPHA] A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
    "# TYPE kubernetes_build_info gauge",
    `kubernetes_build_info{git_version="v${gitVersion}",major="${major}",minor="${minor}"} 1`,
    "",
  ].join("\n");
}
