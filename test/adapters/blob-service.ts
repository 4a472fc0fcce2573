import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a test sees of the service. */
export interface BlobService {
  /** URL of the container. */
  readonly url: string;
  readonly blobs: Map<string, { readonly content: Buffer; readonly contentType: string }>;
  readonly requests: Array<{
    readonly method: string;
    readonly path: string;
    readonly headers: IncomingMessage["headers"];
  }>;
  /** Answers the next requests in its stead: a status and a code of the service. */
  readonly refusals: Array<{ readonly status: number; readonly code: string }>;
  close(): Promise<void>;
}

const TOKEN = "Bearer storage-token";
const PAGE = 3;

/**
 * A container of Blob storage, as its REST reference has Put Blob, Get Blob and List Blobs
 * (learn.microsoft.com/rest/api/storageservices).
 */
export async function startBlobService(): Promise<BlobService> {
  const blobs: BlobService["blobs"] = new Map();
  const requests: BlobService["requests"] = [];
  const refusals: BlobService["refusals"] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "", "http://service");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = "", headers } = request;
    requests.push({ method, path: decodeURIComponent(url.pathname), headers });
    const refusal = refusals.shift();
    if (refusal) refuse(response, refusal.status, refusal.code);
    else answer(request, response, { url, blobs, body: Buffer.concat(chunks) });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/acct/reports`,
    blobs,
    requests,
    refusals,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Asked {
  readonly url: URL;
  readonly blobs: BlobService["blobs"];
  readonly body: Buffer;
}

function answer(request: IncomingMessage, response: ServerResponse, { url, blobs, body }: Asked): void {
  const [, account, container, ...rest] = decodeURIComponent(url.pathname).split("/");
  const name = rest.join("/");
  if (request.headers.authorization !== TOKEN) refuse(response, 401, "InvalidAuthenticationInfo");
  else if (account !== "acct" || container !== "reports") refuse(response, 404, "ContainerNotFound");
  else if (request.method === "PUT") put(request, response, { blobs, name, content: body });
  else if (url.searchParams.get("comp") === "list") list(response, blobs, url.searchParams);
  else get(request, response, blobs.get(name));
}

function put(
  { headers }: IncomingMessage,
  response: ServerResponse,
  { blobs, name, content }: { blobs: BlobService["blobs"]; name: string; content: Buffer },
): void {
  if (headers["x-ms-blob-type"] !== "BlockBlob") refuse(response, 400, "InvalidHeaderValue");
  else if (headers["if-none-match"] === "*" && blobs.has(name)) refuse(response, 409, "BlobAlreadyExists");
  else {
    blobs.set(name, { content, contentType: String(headers["x-ms-blob-content-type"]) });
    response.writeHead(201, common({ etag: '"1"' })).end();
  }
}

function get(
  { headers }: IncomingMessage,
  response: ServerResponse,
  blob: { readonly content: Buffer; readonly contentType: string } | undefined,
): void {
  if (!blob) {
    refuse(response, 404, "BlobNotFound");
    return;
  }
  const { content, contentType } = blob;
  const [, from = "0", to = ""] = /^bytes=(\d+)-(\d*)$/.exec(String(headers["x-ms-range"] ?? "")) ?? [];
  const part = content.subarray(Number(from), to === "" ? content.length : Number(to) + 1);
  const type = {
    etag: '"1"',
    "content-type": contentType,
    "content-length": part.length,
    "x-ms-blob-type": "BlockBlob",
  };
  const range = { "content-range": `bytes ${from}-${Number(from) + part.length - 1}/${content.length}` };
  const isRange = headers["x-ms-range"] !== undefined;
  response.writeHead(isRange ? 206 : 200, common({ ...type, ...(isRange ? range : {}) })).end(part);
}

function list(response: ServerResponse, blobs: BlobService["blobs"], query: URLSearchParams): void {
  const prefix = query.get("prefix") ?? "";
  const names = [...blobs.keys()].filter((name) => name.startsWith(prefix)).sort();
  const first = Number(query.get("marker") || 0);
  const page = names.slice(first, first + PAGE);
  const next = first + PAGE < names.length ? String(first + PAGE) : "";
  const entries = page.map((name) => {
    const length = blobs.get(name)?.content.length ?? 0;
    return `<Blob><Name>${name}</Name><Properties><Last-Modified>Fri, 20 Nov 2026 08:00:00 GMT</Last-Modified><Etag>1</Etag><Content-Length>${length}</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>`;
  });
  const xml = `<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="http://service/acct" ContainerName="reports"><Prefix>${prefix}</Prefix><Blobs>${entries.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
  response.writeHead(200, common({ "content-type": "application/xml" })).end(xml);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  const xml = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${code} was said.</Message></Error>`;
  response.writeHead(status, common({ "content-type": "application/xml", "x-ms-error-code": code })).end(xml);
}

function common(headers: Record<string, string | number>) {
  return {
    "x-ms-request-id": "req-1",
    "x-ms-version": "2025-05-05",
    "last-modified": "Fri, 20 Nov 2026 08:00:00 GMT",
    ...headers,
  };
}
