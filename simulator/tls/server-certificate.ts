import { createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type { Secrets } from "../state/secrets.ts";

/** A key and its certificate, as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly certificate: string;
}

const KEY_SECRET = "tls-key";
const CERTIFICATE_SECRET = "tls-certificate";

/** Tags of DER (X.690) and the object identifiers that a certificate needs (RFC 5280, RFC 5758). */
const TAG = { boolean: 1, integer: 2, bits: 3, octets: 4, oid: 6, utf8: 12, utcTime: 23, sequence: 48, set: 49 };
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";
const COMMON_NAME = "550403";
const BASIC_CONSTRAINTS = "551d13";
const SUBJECT_ALTERNATIVE_NAME = "551d11";
/** Context tags: the version of a certificate, its extensions, and an IP address among its names. */
const VERSION_FIELD = 0xa0;
const EXTENSIONS_FIELD = 0xa3;
const IP_ADDRESS = 0x87;

/** The certificate of this world's server, signed by itself, for 127.0.0.1. It is made once and kept with the state. */
export function serverCertificate(secrets: Secrets): ServerCertificate {
  const key = secrets.keep(KEY_SECRET, () => {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  });
  return { key, certificate: secrets.keep(CERTIFICATE_SECRET, () => selfSigned(key)) };
}

function selfSigned(key: string): string {
  const signed = certificateBody(createPublicKey(key).export({ type: "spki", format: "der" }));
  const signature = sign("sha256", signed, key);
  const certificate = sequence(signed, sequence(oid(ECDSA_WITH_SHA256)), der(TAG.bits, Buffer.from([0]), signature));
  const lines = certificate.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}

function certificateBody(publicKey: Buffer): Buffer {
  const name = sequence(
    der(TAG.set, sequence(oid(COMMON_NAME), der(TAG.utf8, Buffer.from("Drydock simulated Azure")))),
  );
  // As long as UTCTime reaches: the simulated time may be far from the machine's, which is what TLS goes by.
  const validity = sequence(...["000101000000Z", "491231235959Z"].map((time) => der(TAG.utcTime, Buffer.from(time))));
  const authority = sequence(der(TAG.boolean, Buffer.from([0xff])));
  const names = sequence(der(IP_ADDRESS, Buffer.from([127, 0, 0, 1])));
  const extensions = sequence(
    sequence(oid(BASIC_CONSTRAINTS), der(TAG.boolean, Buffer.from([0xff])), der(TAG.octets, authority)),
    sequence(oid(SUBJECT_ALTERNATIVE_NAME), der(TAG.octets, names)),
  );
  // The first bit of a serial number must not be set, nor may all of its first byte be zero.
  const serial = Buffer.concat([Buffer.from([0x01]), randomBytes(15)]);
  return sequence(
    der(VERSION_FIELD, der(TAG.integer, Buffer.from([2]))),
    der(TAG.integer, serial),
    sequence(oid(ECDSA_WITH_SHA256)),
    name,
    validity,
    name,
    publicKey,
    der(EXTENSIONS_FIELD, extensions),
  );
}

function der(tag: number, ...content: readonly Buffer[]): Buffer {
  const value = Buffer.concat(content);
  const { length } = value;
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), value]);
  const digits = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, "0"), "hex");
  return Buffer.concat([Buffer.from([tag, 0x80 | digits.length]), digits, value]);
}

function sequence(...content: readonly Buffer[]): Buffer {
  return der(TAG.sequence, ...content);
}

function oid(hexadecimal: string): Buffer {
  return der(TAG.oid, Buffer.from(hexadecimal, "hex"));
}
