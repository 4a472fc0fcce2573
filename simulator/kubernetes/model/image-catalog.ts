/** Says which container images a cluster's nodes can pull. */
export interface ImageCatalog {
  /** Why an image cannot be pulled, in the words of the container runtime; undefined when it can. */
  objectionTo(image: string): string | undefined;
}

/** A registry that has whatever is asked for. */
export const EVERY_IMAGE: ImageCatalog = { objectionTo: () => undefined };
