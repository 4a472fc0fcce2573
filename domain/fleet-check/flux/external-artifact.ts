import { isFields, listAt, textAt } from "../objects/fields.ts";
import type { FleetObject } from "../objects/fleet-object.ts";
import { cleanPath, isWithin } from "../objects/paths.ts";
import type { FluxReference } from "./cluster-tree.ts";

/** Where a path of an artifact lies in the source that it was copied from. */
export interface ArtifactOrigin {
  readonly source: FluxReference;
  readonly path: string;
}

const COPIED = /^@([\w-]+)\/(.*?)\/?\*\*$/;

/**
 * Follows an ExternalArtifact to the source that an ArtifactGenerator copies it from (`from: "@alias/apps/**"`,
 * `to: "@artifact/"`). Null when nothing in Git makes it, or it is put together in a way that has no one folder.
 */
export function originOfArtifact(
  { namespace, name }: FluxReference,
  path: string,
  objects: readonly FleetObject[],
): ArtifactOrigin | null {
  const generators = objects.filter((object) => object.kind === "ArtifactGenerator" && object.namespace === namespace);
  for (const { body } of generators) {
    const artifact = listAt(body, "spec", "artifacts").find((each) => textAt(each, "name") === name);
    const copies = listAt(artifact, "copy").flatMap((copy) => {
      const [, alias, folder] = COPIED.exec(textAt(copy, "from") ?? "") ?? [];
      const [, to] = /^@artifact\/(.*)$/.exec(textAt(copy, "to") ?? "") ?? [];
      return alias === undefined || folder === undefined || to === undefined
        ? []
        : [{ alias, folder, to: cleanPath(to) }];
    });
    const copy = copies.find(({ to }) => isWithin(to, path)) ?? copies.find(({ to }) => isWithin(path, to));
    if (!copy) continue;
    const source = listAt(body, "spec", "sources")
      .filter(isFields)
      .find((each) => textAt(each, "alias") === copy.alias);
    const wanted = textAt(source, "name");
    if (wanted === undefined) continue;
    const kind = textAt(source, "kind") ?? "GitRepository";
    const inFolder = isWithin(copy.to, path) ? `${copy.folder}/${path.slice(copy.to.length)}` : copy.folder;
    return {
      source: { kind, namespace: textAt(source, "namespace") ?? namespace, name: wanted },
      path: cleanPath(inFolder),
    };
  }
  return null;
}
