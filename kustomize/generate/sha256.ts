/** The first bits of the fractional part of the cube roots of the first 64 primes, as SHA-256 wants them. */
const ROUND_CONSTANTS = primes(64).map((prime) => fraction(prime ** (1 / 3), prime, 3n));
const INITIAL_STATE = primes(8).map((prime) => fraction(Math.sqrt(prime), prime, 2n));

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** 32 bits after the point of a root, exact: the guess of floating point is mended with whole numbers. */
function fraction(root: number, radicand: number, degree: bigint): number {
  const scaled = BigInt(radicand) << (32n * degree);
  let guess = BigInt(Math.floor(root * 2 ** 32));
  while (guess ** degree > scaled) guess -= 1n;
  while ((guess + 1n) ** degree <= scaled) guess += 1n;
  return Number(guess & 0xffffffffn);
}

/** SHA-256 (FIPS 180-4) of a text, in hexadecimal. Here, because this folder does without Node's modules. */
export function sha256(text: string): string {
  const state = [...INITIAL_STATE];
  const words = padded(new TextEncoder().encode(text));
  for (let start = 0; start < words.length; start += 16) compress(state, words.subarray(start, start + 16));
  return state.map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function padded(bytes: Uint8Array): Uint32Array {
  const length = Math.ceil((bytes.length + 9) / 64) * 64;
  const block = new Uint8Array(length);
  block.set(bytes);
  block[bytes.length] = 0x80;
  const view = new DataView(block.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return Uint32Array.from({ length: length / 4 }, (_, index) => view.getUint32(index * 4));
}

function compress(state: number[], chunk: Uint32Array): void {
  const schedule = [...chunk];
  const word = (index: number) => schedule[index] ?? 0;
  for (let index = 16; index < 64; index += 1) {
    const [early, late] = [word(index - 15), word(index - 2)];
    const small = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3);
    const large = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10);
    schedule.push((word(index - 16) + small + word(index - 7) + large) | 0);
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (const [index, constant] of ROUND_CONSTANTS.entries()) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + constant + word(index)) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0;
    [a, b, c, d, e, f, g, h] = [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g];
  }
  for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) state[index] = ((state[index] ?? 0) + value) | 0;
}

function rotate(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits));
}
