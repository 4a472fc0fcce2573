/** A revision of a source, as Flux sees it: its name and its files. */
export interface SourceTree {
  /** As Flux writes it: `main@sha1:...`, `v1.2.3@sha1:...`, `latest@sha256:...`. */
  readonly revision: string;
  /** The text of a file by its path from the root, with forward slashes; undefined when there is none. */
  readFile(path: string): string | undefined;
  /** The paths of all files. */
  files(): readonly string[];
}

/** Which source is asked for. */
export interface SourceRequest {
  readonly kind: "GitRepository" | "OCIRepository" | "Bucket";
  readonly url: string;
  readonly reference: Readonly<Record<string, string>>;
}

/** Why a source cannot be had: a reason and message of the source controller. */
export interface SourceFailure {
  readonly reason: string;
  readonly message: string;
}

/** Where clusters get their sources from. */
export interface SourceTrees {
  /** The newest revision of a source, now. */
  find(request: SourceRequest): SourceTree | { readonly failure: SourceFailure };
}
