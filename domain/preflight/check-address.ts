const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"];
/** Names under which clouds tell a machine its secrets. */
const METADATA_NAMES = ["metadata.google.internal", "metadata.azure.internal", "metadata"];
/** Azure's wire server, which hands out the machine's own settings. */
const AZURE_WIRE_SERVER = "168.63.129.16";

/** Why a check may not call a URL; null when it may: https anywhere, plain http only to this machine, metadata services never. */
export function urlMistake(text: string): string | null {
  const url = URL.parse(text);
  if (url === null) return "expected a URL";
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  const isLoopback = LOOPBACK_NAMES.includes(host);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    return "expected https (plain http is for a loopback address only)";
  }
  if (url.username !== "" || url.password !== "") return "a URL holds no user and no password: it is shown in reports";
  if (METADATA_NAMES.includes(host) || isForbiddenAddress(host)) return `${host} is a metadata or link-local address`;
  return null;
}

/** Whether an IP address, as text, is one that no check may reach: link-local, unspecified, or a cloud's metadata service. */
export function isForbiddenAddress(address: string): boolean {
  const text = address.toLowerCase();
  const mapped = mappedAddress(text);
  if (mapped !== null) return isForbiddenAddress(mapped);
  if (text === AZURE_WIRE_SERVER || text.startsWith("169.254.") || /^0(\.|$)/.test(text)) return true;
  return text === "::" || /^fe[89ab][0-9a-f]:/.test(text) || text === "fd00:ec2::254";
}

/** The IPv4 address within an IPv6 one, as `::ffff:169.254.169.254` or `::ffff:a9fe:a9fe`; null for others. */
function mappedAddress(text: string): string | null {
  const [, tail] = /^(?:::ffff:(?:0:)?|64:ff9b::)([0-9a-f.:]+)$/.exec(text) ?? [];
  if (tail === undefined) return null;
  if (tail.includes(".")) return tail;
  const [high = "", low = ""] = tail.split(":");
  const [upper, lower] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [upper >> 8, upper & 255, lower >> 8, lower & 255].join(".");
}
