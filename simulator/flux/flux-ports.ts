import { type ChartCatalog, EVERY_CHART } from "./chart-catalog.ts";
import type { SourceTrees } from "./source-tree.ts";

/** Which tags a repository of images has. */
export interface ImageTags {
  /** The tags of an image, or undefined when there is no such repository. */
  tagsOf(image: string): readonly string[] | undefined;
}

/** Writes commits, for image updates. */
export interface SourceWriter {
  /** Commits changed files to a branch; answers the new commit's id. Throws an Error with a sentence when it cannot. */
  commit(url: string, branch: string, message: string, files: ReadonlyMap<string, string>): string;
}

/** What Flux needs of the world outside of its cluster. */
export interface FluxPorts {
  readonly sources: SourceTrees;
  readonly charts: ChartCatalog;
  readonly tags: ImageTags;
  readonly writer?: SourceWriter | undefined;
}

/** Ports where only the sources are given: every chart is there, and no image has tags. */
export function fluxPorts(given: Partial<FluxPorts> & Pick<FluxPorts, "sources">): FluxPorts {
  return { charts: EVERY_CHART, tags: { tagsOf: () => [] }, ...given };
}
