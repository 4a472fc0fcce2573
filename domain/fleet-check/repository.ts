/** The files of a checkout, by paths with forward slashes. */
export interface RepositoryFiles {
  /** All paths, sorted by code unit. */
  readonly paths: readonly string[];
  /** The text of a file; undefined when there is none. */
  read(path: string): string | undefined;
}

/** A line of a file, from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A place as people write it: `apps/shop/deployment.yaml:12`. */
export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}
