import { existsSync, readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { parse as parseYaml } from "yaml";
import * as z from "zod/mini";
import { DrydockError, terminal } from "../../../domain/errors.ts";
import type { ApiServer } from "./transport.ts";

const text = z.optional(z.string());

const clusterShape = z.object({
  server: z.string(),
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.optional(z.boolean()),
  "tls-server-name": text,
  "proxy-url": text,
});

const userShape = z.looseObject({
  token: text,
  username: text,
  password: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
});

const kubeconfigShape = z.object({
  "current-context": text,
  clusters: z.optional(z.nullable(z.array(z.object({ name: z.string(), cluster: clusterShape })))),
  contexts: z.optional(
    z.nullable(z.array(z.object({ name: z.string(), context: z.object({ cluster: z.string(), user: text }) }))),
  ),
  users: z.optional(z.nullable(z.array(z.object({ name: z.string(), user: z.optional(z.nullable(userShape)) })))),
});
type User = z.infer<typeof userShape>;
type Cluster = z.infer<typeof clusterShape>;

/** What of a user is read here; everything else (exec plugins, token files, auth providers) the official client knows. */
const PLAIN_USER = new Set([
  "token",
  "username",
  "password",
  ...["certificate", "key"].flatMap((what) => [`client-${what}`, `client-${what}-data`]),
]);

/** Which kubeconfig to use, as kubectl's flags of these names say. */
export interface KubeconfigChoice {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/**
 * Finds the API server that a kubeconfig names, as kubectl does: `--kubeconfig`, `KUBECONFIG`, `~/.kube/config`, or the pod's
 * own service account. Users with a token, a certificate or a password are read here, in a few milliseconds; for all others,
 * and for several files at once, the official client is loaded. Throws DrydockError that names no secret.
 */
export async function findApiServer(choice: KubeconfigChoice, environment: NodeJS.ProcessEnv): Promise<ApiServer> {
  const files = choice.kubeconfig
    ? [choice.kubeconfig]
    : (environment.KUBECONFIG ?? "").split(delimiter).filter((entry) => existsSync(entry));
  const [file = join(homedir(), ".kube", "config")] = files;
  if (choice.kubeconfig !== undefined && !existsSync(file)) throw invalid(`${file}: no such file or directory`);
  if (files.length > 1 || !existsSync(file)) return withClient(choice, files);
  const { cluster, user } = chosen(file, choice.context);
  const isPlain = Object.keys(user).every((key) => PLAIN_USER.has(key));
  if (!isPlain || /^socks/.test(cluster["proxy-url"] ?? "")) return withClient(choice, [file]);
  return plainServer(cluster, user, dirname(resolve(file)), environment);
}

async function withClient({ context }: KubeconfigChoice, files: readonly string[]): Promise<ApiServer> {
  const { serverFromFiles } = await import("./client-server.ts");
  return serverFromFiles(files, context);
}

function chosen(file: string, context: string | undefined): { readonly cluster: Cluster; readonly user: User } {
  const config = readKubeconfig(file);
  const name = context ?? config["current-context"] ?? "";
  const found = config.contexts?.find((entry) => entry.name === name)?.context;
  if (!found) {
    throw invalid(
      name === ""
        ? `${file} has no current-context; choose one with --context`
        : `context "${name}" does not exist in ${file}`,
    );
  }
  const cluster = config.clusters?.find((entry) => entry.name === found.cluster)?.cluster;
  if (!cluster) throw invalid(`cluster "${found.cluster}" of context "${name}" does not exist in ${file}`);
  const user = config.users?.find((entry) => entry.name === found.user)?.user;
  if (!user && found.user) throw invalid(`user "${found.user}" of context "${name}" does not exist in ${file}`);
  return { cluster, user: user ?? {} };
}

function readKubeconfig(file: string): z.infer<typeof kubeconfigShape> {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, "utf8"), { logLevel: "silent" });
  } catch (error) {
    // What a YAML parser says quotes the file, and the file holds secrets.
    const code = (error as NodeJS.ErrnoException).code ?? "it is no YAML";
    throw invalid(`${file} cannot be read: ${code}`);
  }
  const parsed = kubeconfigShape.safeParse(content);
  if (parsed.success) return parsed.data;
  const place = parsed.error.issues[0]?.path.map(String).join(".") || "the whole file";
  throw invalid(`${file} is no kubeconfig (${place})`);
}

function plainServer(cluster: Cluster, user: User, folder: string, environment: NodeJS.ProcessEnv): ApiServer {
  const data = (inline: string | undefined, file: string | undefined) =>
    inline ? Buffer.from(inline, "base64") : file ? readSecret(resolve(folder, file)) : undefined;
  const ca = data(cluster["certificate-authority-data"], cluster["certificate-authority"]);
  const cert = data(user["client-certificate-data"], user["client-certificate"]);
  const key = data(user["client-key-data"], user["client-key"]);
  const proxy = cluster["proxy-url"];
  const proxyEnv = proxy ? { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } : environment;
  const headers = headersOf(user);
  const options: RequestOptions = { ...(headers ? { headers } : {}) };
  return {
    url: cluster.server,
    options: async () => options,
    agentOptions: {
      proxyEnv,
      ...(ca ? { ca } : {}),
      ...(cert ? { cert } : {}),
      ...(key ? { key } : {}),
      ...(cluster["insecure-skip-tls-verify"] ? { rejectUnauthorized: false } : {}),
      ...(cluster["tls-server-name"] ? { servername: cluster["tls-server-name"] } : {}),
    },
  };
}

function headersOf({ token, username, password }: User): Record<string, string> | undefined {
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return undefined;
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}` };
}

function readSecret(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw invalid(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}

function invalid(message: string): DrydockError {
  return new DrydockError(terminal("Invalid", message));
}
