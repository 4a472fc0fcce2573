/** What an image's name says. */
export interface ImageReference {
  /** Host of the registry, with its port if any. */
  readonly registry: string;
  readonly repository: string;
  /** A tag, or a digest (`sha256:...`). */
  readonly reference: string;
}

const DEFAULT_REGISTRY = "docker.io";

/** Reads an image's name as container runtimes do: no registry means Docker Hub, no tag means `latest`, a digest wins over a tag. */
export function parseImage(image: string): ImageReference {
  const [name = "", digest] = image.split("@");
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  const path = isHost ? name.slice(slash + 1) : name;
  const colon = path.lastIndexOf(":");
  const tag = colon < 0 ? "latest" : path.slice(colon + 1);
  const repository = colon < 0 ? path : path.slice(0, colon);
  const registry = isHost ? first : DEFAULT_REGISTRY;
  const isOfficial = registry === DEFAULT_REGISTRY && !repository.includes("/");
  return { registry, repository: isOfficial ? `library/${repository}` : repository, reference: digest ?? tag };
}
