import { readPack } from "./pack.ts";
import { FLUSH, line, readPackets, textOf } from "./pkt-line.ts";
import { DEFAULT_BRANCH, NO_OBJECT, type RefChange, type Repository } from "./repository.ts";
import { advertiseRefs } from "./upload-pack.ts";

const CAPABILITIES = "report-status delete-refs ofs-delta";

/** Advertises refs for pushing. */
export function advertiseForPush(repository: Repository): Buffer {
  return advertiseRefs(repository, "git-receive-pack", CAPABILITIES);
}

/** Takes a push: objects and the refs that may move; answers with git's status report. */
export function receivePush(repository: Repository, body: Buffer): Buffer {
  const { packets, end } = readPackets(body, (packet) => packet === "flush");
  const changes = packets.flatMap((packet) => readChange(textOf(packet)));
  // Git asks with an empty request whether it may push.
  if (changes.length === 0) return Buffer.alloc(0);
  const verdicts = changes.map((change) => ({ change, objection: objectionTo(repository, change) }));
  const allowed = verdicts.filter(({ objection }) => objection === undefined).map(({ change }) => change);
  try {
    const pack = body.subarray(end);
    const objects = pack.length === 0 ? [] : readPack(pack, (id) => repository.find(id));
    repository.update(objects, allowed);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return report([`unpack ${reason}`, ...changes.map(({ ref }) => `ng ${ref} unpacker error`)]);
  }
  const lines = verdicts.map(({ change, objection }) =>
    objection === undefined ? `ok ${change.ref}` : `ng ${change.ref} ${objection}`,
  );
  return report(["unpack ok", ...lines]);
}

function readChange(text: string): RefChange[] {
  const [, before, after, ref] = /^([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0]+)/.exec(text) ?? [];
  return before === undefined || after === undefined || ref === undefined ? [] : [{ ref, before, after }];
}

function objectionTo(repository: Repository, { ref, before, after }: RefChange): string | undefined {
  if (!/^refs\/(heads|tags)\/[\w][\w./-]*$/.test(ref) || /\.\.|\/\/|\.lock$|[/.]$/.test(ref)) return "funny refname";
  if ((repository.ref(ref) ?? NO_OBJECT) !== before) return "fetch first";
  if (after === NO_OBJECT && ref === DEFAULT_BRANCH) return "deletion of the current branch prohibited";
  return undefined;
}

function report(lines: readonly string[]): Buffer {
  return Buffer.concat([...lines.map((text) => line(`${text}\n`)), Buffer.from(FLUSH)]);
}
