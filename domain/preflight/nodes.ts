import { preflightRule } from "./preflight-rule.ts";

/** A node that is not Ready is capacity that is missing, and a drain that may not end. */
export const nodeNotReady = preflightRule({
  code: "NodeNotReady",
  severity: "blocker",
  sentence: "Every node of the pools in the plan is Ready; one of another pool is a warning.",
  remedy: "kubectl describe node names the condition; replace the node if it does not recover.",
  needs: ["nodes"],
  check: ({ nodes, plan }) =>
    nodes
      .filter(({ ready }) => !ready)
      .map(({ name, pool }) => ({
        subject: name,
        message: `node ${name} of pool ${pool} is not Ready`,
        evidence: [`pool ${pool}`],
        ...(plan.pools.some((planned) => planned.name === pool) ? {} : { severity: "warning" as const }),
      })),
});

/** Somebody cordoned a node on purpose, or something failed and left it so: its room is missing to the drain. */
export const nodeCordoned = preflightRule({
  code: "NodeCordoned",
  severity: "warning",
  sentence: "No node is cordoned.",
  remedy: "Uncordon it once you know who cordoned it.",
  needs: ["nodes"],
  check: ({ nodes }) =>
    nodes
      .filter(({ unschedulable }) => unschedulable)
      .map(({ name, pool }) => ({
        subject: name,
        message: `node ${name} of pool ${pool} is cordoned`,
        evidence: [`pool ${pool}`],
      })),
});
