import { createHash } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";
import { type GitObject, type ObjectType, objectId } from "./git-object.ts";

const TYPE_NUMBERS: Readonly<Record<ObjectType, number>> = { commit: 1, tree: 2, blob: 3, tag: 4 };
const TYPES_BY_NUMBER: Readonly<Record<number, ObjectType>> = { 1: "commit", 2: "tree", 3: "blob", 4: "tag" };
const OFFSET_DELTA = 6;
const ID_DELTA = 7;
const HEADER_BYTES = 12;
const ID_BYTES = 20;

/** Writes a pack (version 2); every object whole, which any Git can read. */
export function writePack(objects: readonly GitObject[]): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const entries = objects.flatMap(({ type, content }) => [entryHeader(type, content.length), deflateSync(content)]);
  const body = Buffer.concat([header, ...entries]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

function entryHeader(type: ObjectType, length: number): Buffer {
  const bytes: number[] = [];
  let byte = (TYPE_NUMBERS[type] << 4) | (length & 0x0f);
  for (let rest = Math.floor(length / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.push(byte | 0x80);
    byte = rest & 0x7f;
  }
  return Buffer.from([...bytes, byte]);
}

/**
 * Reads a pack, deltas included. `find` gives objects that a thin pack builds upon. Throws an Error that says what is wrong
 * with the pack.
 */
export function readPack(pack: Buffer, find: (id: string) => GitObject | undefined): GitObject[] {
  const end = pack.length - ID_BYTES;
  if (end < HEADER_BYTES || pack.toString("latin1", 0, 4) !== "PACK") throw new Error("the pack has no header");
  if (!createHash("sha1").update(pack.subarray(0, end)).digest().equals(pack.subarray(end))) {
    throw new Error("the pack's checksum is wrong");
  }
  const count = pack.readUInt32BE(8);
  const byOffset = new Map<number, GitObject>();
  const byId = new Map<string, GitObject>();
  const deltas: Delta[] = [];
  const keep = (offset: number, object: GitObject) => {
    byOffset.set(offset, object);
    byId.set(objectId(object), object);
  };
  let at = HEADER_BYTES;
  for (let index = 0; index < count; index += 1) {
    const entry = readEntry(pack, at);
    if (entry.type === undefined) deltas.push({ ...entry, offset: at });
    else keep(at, { type: entry.type, content: entry.content });
    at = entry.end;
  }
  const baseOf = ({ baseOffset, baseId = "" }: Delta) =>
    baseOffset === undefined ? (byId.get(baseId) ?? find(baseId)) : byOffset.get(baseOffset);
  resolveDeltas(deltas, baseOf, keep);
  return [...byId.values()];
}

type Delta = Entry & { readonly offset: number };

/** A delta may build upon another one, and may come before what it builds upon. */
function resolveDeltas(
  deltas: readonly Delta[],
  baseOf: (delta: Delta) => GitObject | undefined,
  keep: (offset: number, object: GitObject) => void,
): void {
  let waiting = deltas;
  while (waiting.length > 0) {
    const left = waiting.filter((delta) => {
      const base = baseOf(delta);
      if (base) keep(delta.offset, { type: base.type, content: applyDelta(base.content, delta.content) });
      return !base;
    });
    const [first] = left;
    if (first && left.length === waiting.length) {
      throw new Error(`the pack builds upon ${first.baseId ?? `byte ${first.baseOffset}`}, which is not here`);
    }
    waiting = left;
  }
}

interface Entry {
  readonly type: ObjectType | undefined;
  readonly baseOffset: number | undefined;
  readonly baseId: string | undefined;
  readonly content: Buffer;
  readonly end: number;
}

function readEntry(pack: Buffer, start: number): Entry {
  let at = start;
  const first = byteAt(pack, at++);
  for (let byte = first; byte & 0x80; ) byte = byteAt(pack, at++);
  const number = (first >> 4) & 7;
  let baseOffset: number | undefined;
  let baseId: string | undefined;
  if (number === OFFSET_DELTA) {
    let byte = byteAt(pack, at++);
    let distance = byte & 0x7f;
    while (byte & 0x80) {
      byte = byteAt(pack, at++);
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    baseOffset = start - distance;
  } else if (number === ID_DELTA) {
    baseId = pack.toString("hex", at, at + ID_BYTES);
    at += ID_BYTES;
  }
  const { content, length } = inflate(pack.subarray(at));
  return { type: TYPES_BY_NUMBER[number], baseOffset, baseId, content, end: at + length };
}

/** Inflates what stands at the beginning of some bytes; tells how many of them that took. */
function inflate(data: Buffer): { readonly content: Buffer; readonly length: number } {
  // With `info` zlib tells its engine, too, which knows what it has read; Node's types leave that out.
  const { buffer, engine } = inflateSync(data, { info: true }) as unknown as {
    readonly buffer: Buffer;
    readonly engine: { readonly bytesWritten: number };
  };
  return { content: buffer, length: engine.bytesWritten };
}

/** Applies a delta (Git's pack format): copies from the base, and new bytes. */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  let at = 0;
  const size = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = byteAt(delta, at++);
      value += (byte & 0x7f) * factor;
      if (!(byte & 0x80)) return value;
    }
  };
  if (size() !== base.length) throw new Error("a delta is for another object");
  const wanted = size();
  const parts: Buffer[] = [];
  while (at < delta.length) {
    const code = byteAt(delta, at++);
    if (!(code & 0x80)) {
      parts.push(delta.subarray(at, at + code));
      at += code;
      continue;
    }
    const number = (low: number, count: number) => {
      let value = 0;
      for (let bit = 0; bit < count; bit += 1) if (code & (1 << (low + bit))) value += byteAt(delta, at++) * 256 ** bit;
      return value;
    };
    const offset = number(0, 4);
    const length = number(4, 3) || 0x10000;
    parts.push(base.subarray(offset, offset + length));
  }
  const result = Buffer.concat(parts);
  if (result.length !== wanted) throw new Error("a delta is damaged");
  return result;
}

function byteAt(data: Buffer, at: number): number {
  const byte = data[at];
  if (byte === undefined) throw new Error("the pack ends too soon");
  return byte;
}
