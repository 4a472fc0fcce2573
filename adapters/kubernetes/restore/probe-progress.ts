import { durationText } from "../../../domain/duration-text.ts";
import type { ProbeAnswer } from "../../../domain/restore/judge-probe.ts";
import type { Probe } from "../../../domain/restore/probe.ts";
import { isSecretName, redactSecrets } from "../../../domain/restore/redact-secrets.ts";
import { containerOf } from "./probe-job.ts";

/** What of an answer is read and judged. */
export const READ_BYTES = 1024 * 1024;
/** What of it is kept as evidence: the first part says what was asked, the last what came of it. */
const HEAD_CHARACTERS = 16 * 1024;
const TAIL_CHARACTERS = 48 * 1024;

/** How a probe stands. The answer is to be judged, `said` is what is kept of it; neither holds secrets. */
export type ProbeProgress =
  | { readonly kind: "running"; readonly why: string }
  | { readonly kind: "ended"; readonly answer: ProbeAnswer; readonly said: string };

/** A probe that ended, with what is kept of what it said. */
export function endedProbe(answer: ProbeAnswer, said: string): ProbeProgress {
  return { kind: "ended", answer, said: cutForEvidence(said) };
}

/** What a probe said, without what looks like a secret. */
export function withoutSecrets(text: string, probe: Probe): string {
  const given = Object.entries(containerOf(probe)?.env ?? {});
  return redactSecrets(
    text,
    given.filter(([name]) => isSecretName(name)).map(([, value]) => value),
  );
}

/** The time of a probe as people read it. */
export function limitText({ timeoutMinutes }: Probe): string {
  return durationText(timeoutMinutes * 60_000);
}

function cutForEvidence(text: string): string {
  const left = text.length - HEAD_CHARACTERS - TAIL_CHARACTERS;
  if (left <= 0) return text;
  return `${text.slice(0, HEAD_CHARACTERS)}\n[${left} characters left out]\n${text.slice(-TAIL_CHARACTERS)}`;
}
