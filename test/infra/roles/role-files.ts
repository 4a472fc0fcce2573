import { z } from "zod";
import type { BicepFile } from "../bicep/bicep-file.ts";
import { accessText } from "./used-operations.ts";

const rulesSchema = z.array(
  z.object({
    apiGroups: z.array(z.string()).default([]),
    resources: z.array(z.string()).default([]),
    nonResourceURLs: z.array(z.string()).default([]),
    verbs: z.array(z.string()),
  }),
);

/** The texts of a list that a file keeps in a variable; none where there is no such list. */
export function listOf(file: BicepFile, variable: string): string[] {
  const body = file.declarations.find(({ kind, name }) => kind === "var" && name === variable)?.body;
  return body?.kind === "array" ? body.items.flatMap((item) => (item.kind === "text" ? [item.text] : [])) : [];
}

/** What the rules of a ClusterRole allow, each resource and verb by itself, as `list policy/poddisruptionbudgets`. */
export function accessesOf(rules: unknown): string[] {
  return rulesSchema
    .parse(rules)
    .flatMap(({ apiGroups, resources, nonResourceURLs, verbs }) =>
      verbs.flatMap((verb) => [
        ...apiGroups.flatMap((group) => resources.map((resource) => accessText({ group, resource, verb }))),
        ...nonResourceURLs.map((nonResourceUrl) => accessText({ nonResourceUrl, verb })),
      ]),
    );
}
