/** A line of Git's protocol, or one of its marks. */
export type Packet = Buffer | "flush" | "delimiter" | "end";

const MARKS: Readonly<Record<number, Packet>> = { 0: "flush", 1: "delimiter", 2: "end" };
const LENGTH_DIGITS = 4;
/** The most that fits beside length and band. */
const BAND_BYTES = 65_515;

export const FLUSH = "0000";
export const DELIMITER = "0001";

/** Writes a line. */
export function line(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const length = (bytes.length + LENGTH_DIGITS).toString(16).padStart(LENGTH_DIGITS, "0");
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** Writes data on the first band, where a pack goes. */
export function onBand(data: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let at = 0; at < data.length; at += BAND_BYTES) {
    lines.push(line(Buffer.concat([Buffer.from([1]), data.subarray(at, at + BAND_BYTES)])));
  }
  return lines;
}

/** Reads lines until `isLast` says so, or to the end; answers them and where the rest begins. Throws an Error for what is none. */
export function readPackets(
  data: Buffer,
  isLast: (packet: Packet) => boolean = () => false,
): { readonly packets: Packet[]; readonly end: number } {
  const packets: Packet[] = [];
  let at = 0;
  while (at < data.length) {
    const digits = data.toString("latin1", at, at + LENGTH_DIGITS);
    const length = Number.parseInt(digits, 16);
    if (!/^[0-9a-f]{4}$/i.test(digits) || length === 3 || at + length > data.length) {
      throw new Error(`no packet line at byte ${at}`);
    }
    const packet = MARKS[length] ?? data.subarray(at + LENGTH_DIGITS, at + length);
    packets.push(packet);
    at += Math.max(length, LENGTH_DIGITS);
    if (isLast(packet)) break;
  }
  return { packets, end: at };
}

/** The text of a line, without its line end. */
export function textOf(packet: Packet): string {
  return typeof packet === "string" ? "" : packet.toString("utf8").replace(/\n$/, "");
}
