import { writePack } from "./pack.ts";
import { DELIMITER, FLUSH, line, onBand, readPackets, textOf } from "./pkt-line.ts";
import { DEFAULT_BRANCH, type Repository } from "./repository.ts";
import { type FetchRequest, selectObjects } from "./select-objects.ts";

export const AGENT = "agent=drydock-simulator";
const OLD_CAPABILITIES =
  "side-band-64k ofs-delta shallow no-progress include-tag allow-tip-sha1-in-want allow-reachable-sha1-in-want";

/** What a server of protocol 2 says that it can do. */
export function advertiseCommands(): Buffer {
  const commands = ["version 2", AGENT, "ls-refs", "fetch=shallow", "object-format=sha1"];
  return Buffer.concat([...commands.map((command) => line(`${command}\n`)), Buffer.from(FLUSH)]);
}

/** The refs, as a server of protocol 0 begins with them. */
export function advertiseRefs(repository: Repository, service: string, capabilities: string): Buffer {
  const head = repository.ref(DEFAULT_BRANCH);
  const isUpload = service === "git-upload-pack";
  const refs = [...(head !== undefined && isUpload ? [["HEAD", head] as const] : []), ...repository.refs()];
  const all = `${capabilities} object-format=sha1 ${AGENT}`;
  const first = refs.length === 0 ? [["capabilities^{}", "0".repeat(40)] as const] : refs;
  const lines = first.map(([ref, id], index) => line(index === 0 ? `${id} ${ref}\0${all}\n` : `${id} ${ref}\n`));
  return Buffer.concat([line(`# service=${service}\n`), Buffer.from(FLUSH), ...lines, Buffer.from(FLUSH)]);
}

/** Advertises refs for fetching, protocol 0. */
export function advertiseForFetch(repository: Repository): Buffer {
  return advertiseRefs(repository, "git-upload-pack", `${OLD_CAPABILITIES} symref=HEAD:${DEFAULT_BRANCH}`);
}

/** Answers a command of protocol 2: `ls-refs` or `fetch`. Throws an Error for anything else. */
export function answerCommand(repository: Repository, body: Buffer): Buffer {
  const { packets } = readPackets(body);
  const command = textOf(packets[0] ?? "flush");
  const from = packets.indexOf("delimiter");
  const args = from < 0 ? [] : packets.slice(from + 1).map(textOf);
  if (command === "command=ls-refs") return listRefs(repository, args);
  if (command === "command=fetch") return fetchObjects(repository, args);
  throw new Error(`unknown command "${command}"`);
}

function listRefs(repository: Repository, args: readonly string[]): Buffer {
  const prefixes = valuesOf(args, "ref-prefix");
  const head = repository.ref(DEFAULT_BRANCH);
  const symref = args.includes("symrefs") ? ` symref-target:${DEFAULT_BRANCH}` : "";
  const refs = [
    ...(head === undefined ? [] : [["HEAD", head, symref] as const]),
    ...repository.refs().map(([ref, id]) => [ref, id, peeled(repository, id, args)] as const),
  ];
  const shown = refs.filter(([ref]) => prefixes.length === 0 || prefixes.some((prefix) => ref.startsWith(prefix)));
  return Buffer.concat([...shown.map(([ref, id, more]) => line(`${id} ${ref}${more}\n`)), Buffer.from(FLUSH)]);
}

function peeled(repository: Repository, id: string, args: readonly string[]): string {
  const object = repository.object(id);
  if (!args.includes("peel") || object.type !== "tag") return "";
  return ` peeled:${/^object ([0-9a-f]{40})$/m.exec(object.content.toString("utf8"))?.[1]}`;
}

function fetchObjects(repository: Repository, args: readonly string[]): Buffer {
  const request = readRequest(repository, args);
  const isDone = args.includes("done");
  const parts: Buffer[] = [];
  if (!isDone) {
    const acks = request.common.map((id) => line(`ACK ${id}\n`));
    parts.push(line("acknowledgments\n"), ...(acks.length > 0 ? acks : [line("NAK\n")]));
    if (acks.length === 0) return Buffer.concat([...parts, Buffer.from(FLUSH)]);
    parts.push(line("ready\n"), Buffer.from(DELIMITER));
  }
  const { objects, shallow, unshallow } = selectObjects(repository, request);
  if (request.depth !== undefined) {
    parts.push(line("shallow-info\n"), ...shallowLines(shallow, unshallow), Buffer.from(DELIMITER));
  }
  return Buffer.concat([...parts, line("packfile\n"), ...onBand(writePack(objects)), Buffer.from(FLUSH)]);
}

/**
 * Answers a request of protocol 0 over HTTP, without multi_ack: the boundary first where a depth is asked for, then the first
 * common commit or NAK, and the pack when the client is done.
 */
export function answerOldFetch(repository: Repository, body: Buffer): Buffer {
  const { packets, end } = readPackets(body, (packet) => packet === "flush");
  const [first = "", ...wants] = packets.map(textOf).filter((text) => text !== "");
  const hasBands = first.includes("side-band-64k");
  const rest = readPackets(body.subarray(end)).packets;
  const args = [first.split(" ").slice(0, 2).join(" "), ...wants, ...rest.map(textOf)];
  const request = readRequest(repository, args);
  const selection = selectObjects(repository, request);
  const parts: Buffer[] =
    request.depth === undefined ? [] : [...shallowLines(selection.shallow, selection.unshallow), Buffer.from(FLUSH)];
  // A client that asks for a depth reads the boundary before it says what it has.
  if (rest.length === 0) return Buffer.concat(parts);
  const [common] = request.common;
  parts.push(line(common === undefined ? "NAK\n" : `ACK ${common}\n`));
  if (!args.includes("done")) return Buffer.concat(parts);
  const pack = writePack(selection.objects);
  return Buffer.concat([...parts, ...(hasBands ? [...onBand(pack), Buffer.from(FLUSH)] : [pack])]);
}

function readRequest(repository: Repository, args: readonly string[]): FetchRequest {
  const wants = valuesOf(args, "want");
  const missing = wants.find((id) => !repository.has(id));
  if (missing !== undefined) throw new Error(`upload-pack: not our ref ${missing}`);
  const refused = args.find((arg) => /^(deepen-|filter |want-ref )/.test(arg));
  if (refused !== undefined) throw new Error(`upload-pack: "${refused}" is not served here`);
  const [depth] = valuesOf(args, "deepen").map(Number);
  return {
    wants,
    common: valuesOf(args, "have").filter((id) => repository.has(id)),
    shallow: valuesOf(args, "shallow"),
    depth,
  };
}

function valuesOf(args: readonly string[], name: string): string[] {
  return args.filter((arg) => arg.startsWith(`${name} `)).map((arg) => arg.slice(name.length + 1));
}

function shallowLines(shallow: readonly string[], unshallow: readonly string[]): Buffer[] {
  return [...shallow.map((id) => line(`shallow ${id}\n`)), ...unshallow.map((id) => line(`unshallow ${id}\n`))];
}
