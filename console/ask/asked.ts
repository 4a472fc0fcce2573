/** Who asks for something, and why: both stand in the report. */
export interface Asked {
  readonly by: string;
  readonly reason: string;
}

/** What came of asking the API for something. */
export type AskOutcome = { readonly kind: "done" } | { readonly kind: "refused"; readonly why: string };

/** Reads who and why from a form; undefined when one of them is missing. */
export function readAsked(fields: FormData): Asked | undefined {
  const by = textOf(fields, "by");
  const reason = textOf(fields, "reason");
  return by === "" || reason === "" ? undefined : { by, reason };
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === "string" ? value.trim() : "";
}
