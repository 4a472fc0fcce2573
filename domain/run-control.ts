import { z } from "zod";

/** What operators may tell a run. */
export const signalKindSchema = z.enum(["approve", "decline", "pause", "resume", "cancel", "retry", "skip"]);
export type SignalKind = z.infer<typeof signalKindSchema>;

const instant = z.iso.datetime();

/** A signal as a run keeps it: who told it what, why and when. */
export const signalSchema = z
  .object({
    id: z.string(),
    kind: signalKindSchema,
    by: z.string(),
    reason: z.string(),
    at: instant,
    /** The gate that it answers; null for signals that go to the run as a whole. */
    gate: z.string().nullable(),
  })
  .meta({ id: "Signal" });
export type Signal = z.infer<typeof signalSchema>;

/** A question that a run has put to people, and waits. */
export const gateSchema = z
  .object({
    id: z.string(),
    /** `look`: a scratch cluster is there to be looked into. */
    kind: z.enum(["approval", "halt", "look"]),
    /** The ring that an upgrade asks about; null when it is no ring. */
    ring: z.string().nullable(),
    /** One sentence: what is to be decided. */
    question: z.string(),
    /** What an answer goes by, one fact a line. */
    evidence: z.array(z.string()).readonly(),
    options: z.array(signalKindSchema).readonly(),
    openedAt: instant,
    /** Without an answer until then, the run goes by `unanswered`. */
    expiresAt: instant,
    unanswered: z.string(),
  })
  .meta({ id: "Gate" });
export type Gate = z.infer<typeof gateSchema>;

/** What operators asked of a run, and what it asks of them. */
export interface RunControl {
  readonly signals: readonly Signal[];
  readonly gates: readonly Gate[];
  /** Signals that came too late or fit nothing; the newest few. */
  readonly refused: ReadonlyArray<{ readonly id: string; readonly why: string }>;
  /** Whether the run has read its record for its report: what comes later changes nothing. */
  readonly closed: boolean;
}

/** A run that nobody has told anything. */
export const NO_CONTROL: RunControl = { signals: [], gates: [], refused: [], closed: false };

/** Signals that a record keeps. A person does not give so many; a machine that does is refused. */
const KEPT_SIGNALS = 200;
const KEPT_REFUSALS = 20;

/**
 * Takes a signal in, or says why it cannot be: nothing is accepted that would have no effect. A signal that is known by its
 * id is taken once.
 */
export function takeSignal(
  control: RunControl,
  signal: Signal,
): { readonly control: RunControl } | { readonly refused: string } {
  if (control.signals.some(({ id }) => id === signal.id)) return { control };
  const why = refusal(control, signal);
  if (why !== null) return { refused: why };
  const gate = gateFor(control, signal);
  const kept: Signal = { ...signal, gate: gate?.id ?? null };
  // A cancelled run asks nothing any more.
  const gates = signal.kind === "cancel" ? [] : control.gates.filter(({ id }) => id !== gate?.id);
  return { control: { ...control, signals: [...control.signals, kept], gates } };
}

/** Keeps that a signal was refused, for the one who sent it. */
export function keepRefusal(control: RunControl, id: string, why: string): RunControl {
  return { ...control, refused: [...control.refused, { id, why }].slice(-KEPT_REFUSALS) };
}

function refusal(control: RunControl, signal: Signal): string | null {
  if (control.closed) return "the run makes its report already";
  // Whatever came before, a run can be cancelled.
  if (signal.kind !== "cancel" && control.signals.length >= KEPT_SIGNALS)
    return `the run has had ${KEPT_SIGNALS} signals`;
  if (cancellationOf(control)) return "the run is cancelled already";
  switch (signal.kind) {
    case "cancel":
      return null;
    case "pause":
      return pauseOf(control) ? "the run is paused already" : null;
    case "resume":
      return pauseOf(control) ? null : "the run is not paused";
    default:
      return gateRefusal(control, signal);
  }
}

function gateRefusal(control: RunControl, signal: Signal): string | null {
  const fitting = control.gates.filter(({ options }) => options.includes(signal.kind));
  if (signal.gate !== null) {
    const known = control.gates.find(({ id }) => id === signal.gate);
    if (!known) return `the run asks nothing by the name ${signal.gate}`;
    if (known.options.includes(signal.kind)) return null;
    return `${signal.gate} takes ${known.options.join(", ")}, not ${signal.kind}`;
  }
  if (fitting.length === 1) return null;
  if (fitting.length > 1) return `say which gate is meant: ${fitting.map(({ id }) => id).join(", ")}`;
  const asked = control.gates.map(({ id, options }) => `${id} takes ${options.join(", ")}`).join("; ");
  return asked === "" ? `the run waits for no ${signal.kind}` : `the run waits for no ${signal.kind}: ${asked}`;
}

function gateFor(control: RunControl, { kind, gate }: Signal): Gate | undefined {
  return control.gates.find(({ id, options }) => options.includes(kind) && (gate === null || gate === id));
}

/** Puts a question; one that stands or was answered is not put again, and a run that is cancelled asks nothing. */
export function openGate(control: RunControl, gate: Gate): RunControl {
  const isKnown = control.gates.some(({ id }) => id === gate.id) || answerOf(control, gate.id) !== undefined;
  const isOver = control.closed || cancellationOf(control) !== undefined;
  return isKnown || isOver ? control : { ...control, gates: [...control.gates, gate] };
}

/** Takes a question back: it expired, or the run was cancelled. */
export function shutGate(control: RunControl, id: string): RunControl {
  return { ...control, gates: control.gates.filter((gate) => gate.id !== id) };
}

/** The answer to a gate, if there is one. */
export function answerOf({ signals }: Pick<RunControl, "signals">, gate: string): Signal | undefined {
  return signals.find((signal) => signal.gate === gate);
}

/** The signal that cancelled the run, if it was. */
export function cancellationOf({ signals }: Pick<RunControl, "signals">): Signal | undefined {
  return signals.find(({ kind }) => kind === "cancel");
}

/** The signal that paused the run, unless it was resumed or cancelled since. */
export function pauseOf({ signals }: Pick<RunControl, "signals">): Signal | undefined {
  const last = signals.findLast(({ kind }) => kind === "pause" || kind === "resume" || kind === "cancel");
  return last?.kind === "pause" ? last : undefined;
}
