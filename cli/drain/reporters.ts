import type { DrainFlags } from "./drain-flags.ts";
import { createLiveReporter, type LiveSource } from "./live-view.ts";
import type { Notice, Reporter } from "./notice.ts";
import { linesOf } from "./text-lines.ts";

/** Where the command writes. */
export interface Streams {
  readonly out: NodeJS.WriteStream;
  readonly err: NodeJS.WriteStream;
}

/** JSON lines, a picture that is redrawn on a terminal, or a line for each thing that happens. */
export function createReporter(
  flags: DrainFlags,
  streams: Streams,
  environment: NodeJS.ProcessEnv,
  source: LiveSource,
): Reporter {
  if (flags.output === "json") return jsonLines(streams);
  const isLive = streams.out.isTTY === true && environment.TERM !== "dumb" && flags.dryRun === "none";
  return isLive ? createLiveReporter(flags, streams, environment, source) : plainLines(flags, streams);
}

function plainLines(flags: DrainFlags, { out, err }: Streams): Reporter {
  return {
    tell(notice) {
      for (const { text, isTrouble } of linesOf(notice, flags)) (isTrouble ? err : out).write(`${text}\n`);
    },
    end() {},
  };
}

function jsonLines({ out }: Streams): Reporter {
  return {
    tell(notice) {
      out.write(`${JSON.stringify({ at: new Date().toISOString(), ...asJson(notice) })}\n`);
    },
    end() {},
  };
}

/** `event` in place of `kind`; what nests in a notice for the program's sake is laid flat. */
function asJson(notice: Notice): object {
  const { kind: event, ...rest } = notice;
  if (notice.kind === "result") return { event, ...notice.result };
  if (notice.kind === "ended") return { event, ...notice.outcome };
  if (notice.kind === "blocked") return { event, ...notice.blocker };
  return { event, ...rest };
}
