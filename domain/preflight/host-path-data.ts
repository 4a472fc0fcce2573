import { podKey } from "../drain/facts.ts";
import { goingPods } from "./going-pods.ts";
import { preflightRule } from "./preflight-rule.ts";

/** Files in a folder of the node stay behind; those of read-only agents are no loss, but nobody can tell which. */
export const hostPathData = preflightRule({
  code: "HostPathData",
  severity: "warning",
  sentence: "No pod on the nodes to be drained keeps files in a folder of its node (hostPath).",
  remedy: "Move the data to a persistent volume; a pod that reads the node's own files is better off in a DaemonSet.",
  needs: ["pods"],
  check: (facts) =>
    goingPods(facts)
      .filter((pod) => pod.scheduling.hostPaths.length > 0)
      .map((pod) => ({
        subject: podKey(pod),
        message: `pod ${podKey(pod)} mounts folders of its node, which stay behind`,
        evidence: [`on node ${pod.nodeName}`, ...pod.scheduling.hostPaths.map((path) => `hostPath ${path}`)],
      })),
});
