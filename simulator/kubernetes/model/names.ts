import type { Random } from "../../random.ts";

const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";
const UINT32 = 4_294_967_296;

/** A random (version 4) UUID out of four numbers of the source. */
export function randomUid(random: Random): string {
  const [first, second, third, fourth] = [word(random), word(random), word(random), word(random)];
  const variant = (8 + (Number.parseInt(third.charAt(0), 16) % 4)).toString(16);
  return `${first}-${second.slice(0, 4)}-4${second.slice(5)}-${variant}${third.slice(1, 4)}-${third.slice(4)}${fourth}`;
}

function word(random: Random): string {
  return Math.floor(random.next() * UINT32)
    .toString(16)
    .padStart(8, "0");
}

/** Five characters that Kubernetes ends a generated name with, out of one number of the source. */
export function nameSuffix(random: Random): string {
  let rest = Math.floor(random.next() * UINT32);
  let text = "";
  for (let index = 0; index < 5; index += 1) {
    text += ALPHABET.charAt(rest % ALPHABET.length);
    rest = Math.floor(rest / ALPHABET.length);
  }
  return text;
}

/** A generated name of which no object of the cluster has been told yet, as far as `isTaken` knows. */
export function generateName(random: Random, prefix: string, isTaken: (name: string) => boolean): string {
  for (;;) {
    const name = `${prefix}${nameSuffix(random)}`;
    if (!isTaken(name)) return name;
  }
}
