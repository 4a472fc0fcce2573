import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { z } from "zod";

/** How much of a log's end is looked at. */
const TAIL_BYTES = 64 * 1024;
/** Lines that say where, not what, when Node ends with an error. */
const NOISE = /^\s*(at |\^|}|Node\.js v)/;

const recordSchema = z.looseObject({ msg: z.string(), err: z.looseObject({ message: z.string() }).optional() });

/**
 * The last line of a log that says something, written at or after a byte offset; a JSON line by its message. Undefined when
 * there is none.
 */
export function lastLogLine(file: string, fromByte: number): string | undefined {
  const lines = tail(file, fromByte).split("\n").reverse();
  // Of an error with its stack, the line that names the error is what matters.
  const said = lines.find((line) => line.trim() !== "" && !NOISE.test(line));
  return said === undefined ? undefined : messageOf(said.trim());
}

function messageOf(line: string): string {
  try {
    const { msg, err } = recordSchema.parse(JSON.parse(line));
    return err === undefined ? msg : `${msg}: ${err.message}`;
  } catch {
    return line;
  }
}

function tail(file: string, fromByte: number): string {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file, "r");
    const { size } = fstatSync(descriptor);
    const start = Math.max(fromByte, size - TAIL_BYTES);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    const length = readSync(descriptor, buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, length);
  } catch {
    return "";
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
