import type { Selector } from "../kustomization/kustomization.ts";
import { RenderProblem } from "../kustomize-error.ts";
import type { Resource } from "../resource/resource.ts";
import { effectiveNamespace } from "../resource/resource-id.ts";
import { parseLabelSelector } from "./label-selector.ts";

/**
 * The objects that the target of a patch means: by group, version and kind as they are, by name and namespace also as
 * they were first, each a regular expression of the whole; by labels and annotations (kustomize resmap Select).
 */
export function selectResources(resources: readonly Resource[], selector: Selector): Resource[] {
  const matches = {
    group: wholeMatch(selector.group),
    version: wholeMatch(selector.version),
    kind: wholeMatch(selector.kind),
    name: wholeMatch(selector.name),
    namespace: wholeMatch(selector.namespace),
  };
  const labels = parseLabelSelector(selector.labelSelector ?? "");
  const annotations = parseLabelSelector(selector.annotationSelector ?? "");
  return resources.filter((resource) => {
    const [id, original] = [resource.id(), resource.originalId()];
    return (
      (matches.namespace(effectiveNamespace(original)) || matches.namespace(effectiveNamespace(id))) &&
      (matches.name(original.name) || matches.name(id.name)) &&
      matches.group(id.group) &&
      matches.version(id.version) &&
      matches.kind(id.kind) &&
      labels(resource.labels()) &&
      annotations(resource.annotations())
    );
  });
}

function wholeMatch(pattern: string | undefined): (text: string) => boolean {
  if (!pattern) return () => true;
  const expression = goPattern(`^(?:${pattern})$`);
  return (text) => expression.test(text);
}

/** A regular expression of Go's syntax. Throws a RenderProblem for what JavaScript reads in another way, or not at all. */
export function goPattern(pattern: string): RegExp {
  const inline = /^(\^\(\?:)?\(\?i\)/.exec(pattern);
  const body = inline ? `${inline[1] ?? ""}${pattern.slice(inline[0].length)}` : pattern;
  if (/\[\[:|\\[AzQEpPC]|\(\?[a-zA-Z-]*[smU]|\(\?P?</.test(body)) {
    throw new RenderProblem(`${pattern} uses a form of regular expression that is not supported here`);
  }
  try {
    return new RegExp(body, inline ? "i" : "");
  } catch (error) {
    throw new RenderProblem(`${pattern} is no regular expression`, { cause: error });
  }
}
