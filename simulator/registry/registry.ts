import { createHash } from "node:crypto";
import { z } from "zod";
import type { Collection } from "../state/store.ts";
import type { World } from "../world.ts";
import { parseImage } from "./image-reference.ts";
import { type Manifest, readManifest } from "./manifest.ts";

const manifestRecordSchema = z.object({
  repository: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  /** The bytes as they were pushed, in base64. */
  content: z.string(),
});
const tagRecordSchema = z.object({ repository: z.string(), tag: z.string(), digest: z.string() });

type TagRecord = z.infer<typeof tagRecordSchema>;

/** A manifest as it is kept. */
export type ManifestRecord = z.infer<typeof manifestRecordSchema>;

/** A manifest that was pushed or deleted. */
export interface RegistryChange {
  readonly action: "push" | "delete";
  readonly manifest: ManifestRecord;
  /** The tag it was pushed under. */
  readonly tag: string | undefined;
}

/** What pushing a manifest came to. */
export type PushOutcome =
  | { readonly kind: "pushed"; readonly record: ManifestRecord; readonly manifest: Manifest }
  | {
      readonly kind: "refused";
      readonly code: "MANIFEST_INVALID" | "MANIFEST_BLOB_UNKNOWN" | "DIGEST_INVALID";
      readonly message: string;
    };

/** A container registry: manifests, tags and blobs by repository. Digests are those of the very bytes. */
export class Registry {
  /** The host name in images of this registry. */
  readonly loginServer: string;
  readonly #world: World;
  readonly #manifests: Collection<ManifestRecord>;
  readonly #tags: Collection<TagRecord>;
  readonly #blobs: Collection<string>;
  readonly #listeners: Array<(change: RegistryChange) => void> = [];

  constructor(world: World, loginServer: string) {
    this.loginServer = loginServer;
    this.#world = world;
    const { store } = world;
    this.#manifests = store.collection("registry-manifests", (value) => manifestRecordSchema.parse(value));
    this.#tags = store.collection("registry-tags", (value) => tagRecordSchema.parse(value));
    this.#blobs = store.collection("registry-blobs", (value) => z.string().parse(value));
  }

  /** Whether nothing has ever been pushed here. */
  get isEmpty(): boolean {
    return this.#manifests.size === 0;
  }

  /** Tells of pushes and deletions, inside of their change. */
  onChange(listener: (change: RegistryChange) => void): void {
    this.#listeners.push(listener);
  }

  /** Finds a manifest by tag or digest. */
  findManifest(repository: string, reference: string): ManifestRecord | undefined {
    const digest = reference.includes(":") ? reference : this.#tags.get(`${repository}:${reference}`)?.digest;
    return digest === undefined ? undefined : this.#manifests.get(`${repository}@${digest}`);
  }

  findBlob(repository: string, digest: string): Buffer | undefined {
    const content = this.#blobs.get(`${repository}@${digest}`);
    return content === undefined ? undefined : Buffer.from(content, "base64");
  }

  /** Repositories that hold anything, in order. */
  repositories(): string[] {
    return [...new Set(this.#manifests.values().map(({ repository }) => repository))].sort();
  }

  /** A repository's tags, in order; undefined when there is no such repository. */
  tags(repository: string): string[] | undefined {
    if (!this.repositories().includes(repository)) return undefined;
    return this.#tags
      .values()
      .filter((record) => record.repository === repository)
      .map(({ tag }) => tag)
      .sort();
  }

  /** The tags of an image that is named with its registry; undefined when it is not here. */
  tagsOf(image: string): string[] | undefined {
    const { registry, repository } = parseImage(image);
    return registry === this.loginServer ? this.tags(repository) : undefined;
  }

  /** The manifests that name one as their subject, by digest. */
  referrers(repository: string, digest: string): Array<{ record: ManifestRecord; manifest: Manifest }> {
    return this.#manifests
      .values()
      .filter((record) => record.repository === repository)
      .sort((left, right) => (left.digest < right.digest ? -1 : 1))
      .flatMap((record) => {
        const manifest = readManifest(Buffer.from(record.content, "base64"), record.mediaType);
        return typeof manifest !== "string" && manifest.subject?.digest === digest ? [{ record, manifest }] : [];
      });
  }

  /** Keeps a blob; undefined when its bytes are not what `digest` says. */
  putBlob(repository: string, digest: string, content: Buffer): boolean {
    if (digestOf(content) !== digest) return false;
    this.#world.change(() => this.#blobs.put(`${repository}@${digest}`, content.toString("base64")));
    return true;
  }

  /** Keeps a manifest under a tag or its digest. Everything it names, but for its subject, must be there. */
  putManifest(repository: string, reference: string, mediaType: string, content: Buffer): PushOutcome {
    const digest = digestOf(content);
    if (reference.includes(":") && reference !== digest) {
      return { kind: "refused", code: "DIGEST_INVALID", message: `the manifest's digest is ${digest}` };
    }
    const manifest = readManifest(content, mediaType);
    if (typeof manifest === "string") return { kind: "refused", code: "MANIFEST_INVALID", message: manifest };
    const missing = this.#missingFrom(repository, manifest);
    if (missing !== undefined) {
      return { kind: "refused", code: "MANIFEST_BLOB_UNKNOWN", message: `${missing} is not in ${repository}` };
    }
    const record = { repository, digest, mediaType, content: content.toString("base64") };
    const tag = reference.includes(":") ? undefined : reference;
    this.#world.change(() => {
      this.#manifests.put(`${repository}@${digest}`, record);
      if (tag !== undefined) this.#tags.put(`${repository}:${tag}`, { repository, tag, digest });
      this.#tell({ action: "push", manifest: record, tag });
    });
    return { kind: "pushed", record, manifest };
  }

  /** Takes away a tag, or a manifest with all its tags. False when there is none. */
  deleteManifest(repository: string, reference: string): boolean {
    const record = this.findManifest(repository, reference);
    if (!record) return false;
    this.#world.change(() => {
      if (!reference.includes(":")) {
        this.#tags.delete(`${repository}:${reference}`);
        return;
      }
      this.#manifests.delete(`${repository}@${reference}`);
      for (const { tag, digest, repository: owner } of this.#tags.values()) {
        if (owner === repository && digest === reference) this.#tags.delete(`${repository}:${tag}`);
      }
      this.#tell({ action: "delete", manifest: record, tag: undefined });
    });
    return true;
  }

  /** Takes a blob away. False when there is none. */
  deleteBlob(repository: string, digest: string): boolean {
    if (this.#blobs.get(`${repository}@${digest}`) === undefined) return false;
    this.#world.change(() => this.#blobs.delete(`${repository}@${digest}`));
    return true;
  }

  /** Whether nodes can pull an image: those of other registries are taken to be there. */
  has(image: string): boolean {
    const { registry, repository, reference } = parseImage(image);
    return registry !== this.loginServer || this.findManifest(repository, reference) !== undefined;
  }

  /** Why an image cannot be pulled, in the words of containerd; undefined when it can. */
  objectionTo(image: string): string | undefined {
    if (this.has(image)) return undefined;
    return `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
  }

  #missingFrom(repository: string, { config, layers = [], manifests = [] }: Manifest): string | undefined {
    const blobs = [...(config ? [config] : []), ...layers];
    return (
      blobs.find(({ digest }) => this.#blobs.get(`${repository}@${digest}`) === undefined)?.digest ??
      manifests.find(({ digest }) => this.#manifests.get(`${repository}@${digest}`) === undefined)?.digest
    );
  }

  #tell(change: RegistryChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** The digest of bytes, as registries write it. */
export function digestOf(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
