import { RenderProblem } from "../kustomize-error.ts";
import { fieldOf, isEmptyItem, removeField, textOf, type YamlList, type YamlMap } from "../yaml/node.ts";

/** What a patch wants done at one place. */
export type Directive = "merge" | "replace" | "delete";

const FIELD = "$patch";

/**
 * Reads `$patch` of a mapping, or of the item of a list that says nothing else, and takes it out.
 * Throws a RenderProblem for an unknown word.
 */
export function takeDirective(patch: YamlMap | YamlList): Directive {
  const holder = patch.kind === "map" ? patch : directiveItem(patch);
  const said = fieldOf(holder, FIELD);
  if (!holder || said === undefined) return "merge";
  const word = textOf(said);
  if (word !== "merge" && word !== "replace" && word !== "delete") {
    throw new RenderProblem(`unknown patch strategy ${FIELD}: ${word}; it must be merge, replace or delete`);
  }
  if (patch.kind === "map") removeField(patch, FIELD);
  else patch.items = patch.items.filter((item) => !isEmptyItem(item) && textOf(fieldOf(item, FIELD)) !== word);
  return word;
}

/** The first item with a `$patch`, when it has nothing else: then the directive is the list's. */
function directiveItem(list: YamlList): YamlMap | undefined {
  const item = list.items.find((candidate) => fieldOf(candidate, FIELD) !== undefined);
  return item?.kind === "map" && item.entries.length === 1 ? item : undefined;
}
