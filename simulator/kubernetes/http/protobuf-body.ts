import { StatusError } from "../model/status-error.ts";

/** What a field of a message is: text, an entry of a map of texts, or a message of its own. */
type Field = readonly [name: string, type: "text" | "map" | Message];
type Message = { readonly [number: number]: Field };

const METADATA: Message = {
  1: ["name", "text"],
  2: ["generateName", "text"],
  3: ["namespace", "text"],
  11: ["labels", "map"],
  12: ["annotations", "map"],
};
const RESOURCE_ATTRIBUTES: Message = {
  1: ["namespace", "text"],
  2: ["verb", "text"],
  3: ["group", "text"],
  4: ["version", "text"],
  5: ["resource", "text"],
  6: ["subresource", "text"],
  7: ["name", "text"],
};
const PATH_ATTRIBUTES: Message = { 1: ["path", "text"], 2: ["verb", "text"] };
const ACCESS_SPEC: Message = {
  1: ["resourceAttributes", RESOURCE_ATTRIBUTES],
  2: ["nonResourceAttributes", PATH_ATTRIBUTES],
};

/** The kinds that kubectl sends as protobuf (field numbers from generated.proto of k8s.io/api). */
const KINDS: Readonly<Record<string, Message>> = {
  SelfSubjectAccessReview: { 1: ["metadata", METADATA], 2: ["spec", ACCESS_SPEC] },
  SelfSubjectRulesReview: { 1: ["metadata", METADATA], 2: ["spec", { 1: ["namespace", "text"] }] },
  SelfSubjectReview: { 1: ["metadata", METADATA] },
  Namespace: { 1: ["metadata", METADATA] },
  ServiceAccount: { 1: ["metadata", METADATA] },
};

const MAGIC = "k8s\0";
const ENVELOPE: Message = { 1: ["typeMeta", { 1: ["apiVersion", "text"], 2: ["kind", "text"] }] };

/**
 * Reads a body in Kubernetes' protobuf, for the few kinds that kubectl sends so. Throws a 415 Status for any other kind:
 * send it as JSON.
 */
export function readProtobuf(body: Uint8Array): Record<string, unknown> {
  const bytes = Buffer.from(body);
  if (bytes.subarray(0, 4).toString("latin1") !== MAGIC) throw unsupported("a body without its prefix");
  const envelope = bytes.subarray(4);
  const { typeMeta } = decode(envelope, ENVELOPE);
  const head = typeof typeMeta === "object" && typeMeta !== null ? typeMeta : {};
  const kind = "kind" in head ? String(head.kind) : "";
  const message = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!message) throw unsupported(`a ${kind}`);
  const raw = fieldsOf(envelope).find(({ number }) => number === 2)?.bytes ?? Buffer.alloc(0);
  return { ...head, ...decode(raw, message) };
}

function unsupported(what: string): StatusError {
  return new StatusError(415, "UnsupportedMediaType", `${what} in protobuf is not understood here: send JSON`);
}

interface WireField {
  readonly number: number;
  readonly bytes: Buffer;
}

function decode(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const field of fieldsOf(bytes)) {
    const known = message[field.number];
    if (!known) continue;
    const [name, type] = known;
    if (type === "map") result[name] = { ...Object(result[name]), ...mapEntry(field.bytes) };
    else if (type !== "text") result[name] = decode(field.bytes, type);
    // An empty text says nothing: Go writes every field.
    else if (field.bytes.length > 0) result[name] = field.bytes.toString();
  }
  return result;
}

function mapEntry(bytes: Buffer): Record<string, string> {
  const { key = "", value = "" } = decode(bytes, { 1: ["key", "text"], 2: ["value", "text"] });
  return { [String(key)]: String(value) };
}

function fieldsOf(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  let offset = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[offset++];
      if (byte === undefined) throw unsupported("a body cut short");
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (offset < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) varint();
    else {
      const length = wire === 2 ? varint() : wire === 1 ? 8 : 4;
      fields.push({ number, bytes: bytes.subarray(offset, offset + length) });
      offset += length;
    }
  }
  return fields;
}
