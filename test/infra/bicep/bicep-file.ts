/** A value of a Bicep file, as far as it can be told without evaluating. */
export type BicepValue = { readonly line: number } & (
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "template"; readonly parts: readonly BicepValue[] }
  | { readonly kind: "object"; readonly members: readonly BicepMember[] }
  | { readonly kind: "array"; readonly items: readonly BicepValue[] }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly BicepValue[] }
  /** `storage.outputs.name` is `["storage", "outputs", "name"]`; what is asked of a call has no name at its front. */
  | { readonly kind: "reference"; readonly path: readonly string[] }
  | { readonly kind: "choice"; readonly options: readonly BicepValue[] }
  | { readonly kind: "loop"; readonly body: BicepValue }
  | { readonly kind: "other"; readonly source: string }
);

/** A member of an object. */
export interface BicepMember {
  readonly name: string;
  readonly value: BicepValue;
  readonly line: number;
}

/** What a file declares. */
export interface BicepDeclaration {
  readonly kind: "param" | "var" | "resource" | "module" | "output" | "type" | "import";
  readonly name: string;
  readonly line: number;
  /** Of a resource its type and API version, of a module or import its path, of the others their type. */
  readonly type: string;
  /** Whether a parameter may be left out. */
  readonly optional: boolean;
  readonly existing: boolean;
  /** Of `[for variable in over: …]`. */
  readonly loop: { readonly variable: string; readonly over: BicepValue } | undefined;
  readonly conditional: boolean;
  /** As written, such as `@maxLength(24)`. */
  readonly decorators: readonly string[];
  readonly body: BicepValue | undefined;
}

/** A use of a name, with the members asked of it. */
export interface BicepUse {
  readonly path: readonly string[];
  readonly line: number;
  readonly called: boolean;
}

/** A Bicep file or a parameter file, read. */
export interface BicepFile {
  readonly targetScope: string;
  /** Of a parameter file, what it gives parameters to. */
  readonly using: string | undefined;
  readonly declarations: readonly BicepDeclaration[];
  readonly uses: readonly BicepUse[];
  /** Lines that are no Bicep. */
  readonly syntaxErrors: readonly number[];
}

/** A member of an object, by its path; undefined where there is none. */
export function memberAt(value: BicepValue | undefined, ...path: string[]): BicepValue | undefined {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  if (value?.kind !== "object") return undefined;
  return memberAt(value.members.find(({ name }) => name === first)?.value, ...rest);
}

/** The text of a value that is nothing but text. */
export function textOf(value: BicepValue | undefined): string | undefined {
  return value?.kind === "text" ? value.text : undefined;
}
