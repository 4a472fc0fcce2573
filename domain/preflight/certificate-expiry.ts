import { preflightRule } from "./preflight-rule.ts";

const DAY_MS = 86_400_000;
/** AKS renews a serving certificate by itself before this; a certificate that is nearer to its end was not. */
const SOON_DAYS = 30;

/** A cluster whose certificates run out during an upgrade locks everybody out, also AKS. */
export const certificateExpiry = preflightRule({
  code: "CertificateExpires",
  severity: "warning",
  sentence: `No certificate of the cluster ends within ${SOON_DAYS} days; one that has ended is a blocker.`,
  remedy: "Rotate the cluster's certificates (az aks rotate-certs), in a window: it restarts every node.",
  needs: ["certificates"],
  check: ({ certificates, nowMs, plan }) =>
    certificates
      .filter(({ notAfterMs }) => notAfterMs - nowMs < SOON_DAYS * DAY_MS)
      .map(({ what, notAfterMs }) => {
        const hasEnded = notAfterMs <= nowMs;
        return {
          subject: plan.name,
          message: `the ${what} ${hasEnded ? "has ended" : `ends in ${Math.floor((notAfterMs - nowMs) / DAY_MS)} days`}`,
          evidence: [`not after ${new Date(notAfterMs).toISOString()}`],
          ...(hasEnded ? { severity: "blocker" as const } : {}),
        };
      }),
});
