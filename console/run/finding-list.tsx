import type { Finding } from "../../domain/finding.ts";
import { ShowMore } from "../parts/show-more.tsx";
import { StatusMark } from "../status/status-mark.tsx";
import { severityStatus } from "../status/tone.ts";
import { byGravity } from "./gravity.ts";

/** Findings that are drawn before one asks for more. */
const FIRST = 20;

/** What was found, the gravest first, each with its evidence and what to do. */
export function FindingList({ findings }: { readonly findings: readonly Finding[] }) {
  return (
    <ShowMore items={byGravity(findings)} first={FIRST}>
      {(shown) => (
        <ul class="findings">
          {shown.map((finding, index) => (
            <FindingItem key={`${finding.code} ${finding.cluster} ${finding.subject} ${index}`} finding={finding} />
          ))}
        </ul>
      )}
    </ShowMore>
  );
}

function FindingItem({ finding }: { readonly finding: Finding }) {
  const { code, severity, subject, message, evidence, remedy, cluster } = finding;
  return (
    <li class={`finding ${severityStatus(severity).tone}`}>
      <h3>
        <StatusMark status={severityStatus(severity)} /> <span class="code">{code}</span>
        <span class="subject">
          {subject}
          {cluster !== null && cluster !== subject && ` on ${cluster}`}
        </span>
      </h3>
      <p>{message}</p>
      {evidence.length > 0 && (
        <ShowMore items={evidence} first={5}>
          {(lines) => (
            <ul class="evidence">
              {lines.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          )}
        </ShowMore>
      )}
      <p class="remedy">
        <b>What to do:</b> {remedy}
      </p>
    </li>
  );
}
