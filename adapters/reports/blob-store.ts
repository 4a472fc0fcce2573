import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import { azureFailure } from "../azure/azure-failure.ts";
import { differs, type ReportStore } from "./report-store.ts";

const SCOPE = "https://storage.azure.com/.default";

/** Keeps files as block blobs of a container, which must be there. */
export async function blobStore(containerUrl: string, credential: TokenCredential): Promise<ReportStore> {
  const container = await openContainer(containerUrl, credential);
  const read = async (path: string): Promise<Buffer | undefined> => {
    try {
      const { readableStreamBody = [] } = await container.getBlockBlobClient(path).download();
      const chunks: Buffer[] = [];
      for await (const chunk of readableStreamBody) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    } catch (error) {
      // A container that is missing is told by its own code.
      if (codeOf(error) === "BlobNotFound") return undefined;
      throw azureFailure(error, `read ${path} from Blob storage`);
    }
  };
  return {
    async keep(path, { content, contentType }) {
      try {
        await container.getBlockBlobClient(path).upload(content, content.length, {
          blobHTTPHeaders: { blobContentType: contentType },
          conditions: { ifNoneMatch: "*" },
        });
      } catch (error) {
        if (!isThere(error)) throw azureFailure(error, `keep ${path} in Blob storage`);
        if (!(await read(path))?.equals(content)) throw differs(path);
      }
    },
    read,
    async list(folder) {
      try {
        const found: string[] = [];
        for await (const { name } of container.listBlobsFlat({ prefix: folder })) found.push(name);
        return found.toSorted((left, right) => (left < right ? -1 : 1));
      } catch (error) {
        throw azureFailure(error, `list ${folder || "the container"} in Blob storage`);
      }
    },
  };
}

/** Waits belong to durable timers: the client tries once. */
async function openContainer(url: string, credential: TokenCredential): Promise<ContainerClient> {
  const { AnonymousCredential, ContainerClient, newPipeline } = await import("@azure/storage-blob");
  const options = { retryOptions: { maxTries: 1 }, userAgentOptions: { userAgentPrefix: "drydock" } };
  if (!url.startsWith("http:")) return new ContainerClient(url, credential, options);
  // The client sends tokens over TLS only. On the loopback nobody listens in, and a policy of ours sends it.
  const pipeline = newPipeline(new AnonymousCredential(), options);
  pipeline.factories.push({
    create: (next) => ({
      async sendRequest(request) {
        const token = await credential.getToken(SCOPE);
        if (token) request.headers.set("authorization", `Bearer ${token.token}`);
        return next.sendRequest(request);
      },
    }),
  });
  return new ContainerClient(url, pipeline);
}

/** `If-None-Match: *` is answered by one or the other, with and without a race. */
function isThere(error: unknown): boolean {
  return ["BlobAlreadyExists", "ConditionNotMet", "UnauthorizedBlobOverwrite"].includes(codeOf(error));
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" ? code : "";
}
