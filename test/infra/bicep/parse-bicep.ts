import type { Node } from "web-tree-sitter";
import type { BicepDeclaration, BicepFile, BicepMember, BicepUse, BicepValue } from "./bicep-file.ts";
import { childrenOf, descend, lineOf, localsAround, withSyntax } from "./syntax-nodes.ts";

const DECLARATIONS: Readonly<Record<string, BicepDeclaration["kind"]>> = {
  parameter_declaration: "param",
  variable_declaration: "var",
  resource_declaration: "resource",
  module_declaration: "module",
  output_declaration: "output",
  type_declaration: "type",
};

/** Reads a Bicep file. What cannot be parsed is listed, never thrown. */
export function parseBicep(source: string): BicepFile {
  // The grammar does not know that the parameters of a parameter file have no type.
  const typed = /^using /m.test(source) ? source.replaceAll(/^param (\w+) =/gm, "param $1 object =") : source;
  return withSyntax(typed, (root) => {
    const first = (type: string) => {
      const node = childrenOf(root).find((child) => child.type === type);
      return node && textsIn(node)[0];
    };
    const nodes = descend(root);
    return {
      targetScope: first("target_scope_assignment") ?? "resourceGroup",
      using: first("using_statement"),
      declarations: nodes.flatMap(declarationsOf),
      uses: nodes.flatMap(useOf),
      syntaxErrors: nodes.filter(({ isError, isMissing }) => isError || isMissing).map(lineOf),
    };
  });
}

function textsIn(node: Node): string[] {
  return descend(node)
    .filter(({ type }) => type === "string")
    .map(({ text }) => text.slice(1, -1));
}

function declarationsOf(node: Node): BicepDeclaration[] {
  const plain = {
    optional: false,
    existing: false,
    loop: undefined,
    conditional: false,
    decorators: [],
    body: undefined,
  };
  if (node.type === "import_functionality") {
    const type = textsIn(node)[0] ?? "";
    const names = childrenOf(node).filter((part) => part.type === "identifier");
    return names.map(({ text }) => ({ ...plain, kind: "import", name: text, type, line: lineOf(node) }));
  }
  const kind = DECLARATIONS[node.type];
  if (kind === undefined) return [];
  const parts = childrenOf(node);
  const at = parts.findIndex(({ type }) => type === "identifier");
  const equals = parts.findIndex(({ type }) => type === "=");
  const typed = at + 1 === equals ? undefined : parts[at + 1];
  const given = equals < 0 ? undefined : parts[equals + 1];
  const { body, loop, conditional } = innerBody(given);
  const type = typed?.text.replace(/^'(.*)'$/s, "$1") ?? "";
  return [
    {
      kind,
      name: parts[at]?.text ?? "",
      type,
      line: lineOf(node),
      optional: given !== undefined || type.endsWith("?"),
      existing: parts.some((part) => part.type === "existing"),
      loop,
      conditional,
      decorators: decoratorsOf(node),
      body: body && readValue(body),
    },
  ];
}

/** Decorators stand before what they decorate, as a node of its own. */
function decoratorsOf(node: Node): string[] {
  const before = node.previousNamedSibling;
  return before?.type === "decorators" ? childrenOf(before).map(({ text }) => text) : [];
}

interface InnerBody {
  readonly body: Node | undefined;
  readonly loop: BicepDeclaration["loop"];
  readonly conditional: boolean;
}

/** What stands inside `for` and `if`. */
function innerBody(node: Node | undefined): InnerBody {
  if (node?.type === "for_statement") {
    return { ...innerBody(node.childForFieldName("body") ?? undefined), loop: loopOf(node) };
  }
  if (node?.type === "if_statement") return { body: childrenOf(node).at(-1), loop: undefined, conditional: true };
  return { body: node, loop: undefined, conditional: false };
}

function loopOf(node: Node): BicepDeclaration["loop"] {
  const parts = childrenOf(node);
  const over = parts[parts.findIndex(({ type }) => type === "in") + 1];
  const bound = node.childForFieldName("initializer") ?? descend(node).find(({ type }) => type === "loop_variable");
  return over && bound ? { variable: bound.text, over: readValue(over) } : undefined;
}

function readValue(node: Node): BicepValue {
  const line = lineOf(node);
  switch (node.type) {
    case "string":
      return stringOf(node);
    case "object": {
      const properties = childrenOf(node).filter(({ type }) => type === "object_property");
      return { kind: "object", members: properties.flatMap(memberOf), line };
    }
    case "array": {
      const items = childrenOf(node).filter(({ type }) => !["[", "]", ","].includes(type));
      return { kind: "array", items: items.map(readValue), line };
    }
    case "for_statement": {
      const { body } = innerBody(node);
      return body ? { kind: "loop", body: readValue(body), line } : { kind: "other", source: node.text, line };
    }
    case "ternary_expression": {
      const options = ["consequence", "alternative"].map((field) => node.childForFieldName(field));
      return { kind: "choice", options: options.filter((option) => option !== null).map(readValue), line };
    }
    case "call_expression":
      return callOf(node);
    case "parenthesized_expression":
      return childrenOf(node)[1] ? readValue(childrenOf(node)[1] as Node) : { kind: "other", source: node.text, line };
    default: {
      const path = pathOf(node);
      return path ? { kind: "reference", path, line } : { kind: "other", source: node.text, line };
    }
  }
}

function stringOf(node: Node): BicepValue {
  const line = lineOf(node);
  if (node.text.startsWith("'''")) return { kind: "text", text: node.text.slice(3, -3).replace(/^\n/, ""), line };
  const inner = childrenOf(node).slice(1, -1);
  if (!inner.some(({ type }) => type === "interpolation")) {
    return { kind: "text", text: unescaped(node.text.slice(1, -1)), line };
  }
  const parts = inner.map((part): BicepValue => {
    const inside = part.type === "interpolation" ? childrenOf(part)[1] : undefined;
    return inside ? readValue(inside) : { kind: "text", text: unescaped(part.text), line };
  });
  return { kind: "template", parts, line };
}

function unescaped(text: string): string {
  return text.replace(/\\n/g, "\n").replace(/\\(.)/g, "$1");
}

function callOf(node: Node): BicepValue {
  const called = node.childForFieldName("function");
  const args = node.childForFieldName("arguments");
  const given = args ? childrenOf(args).filter(({ type }) => !["(", ")", ","].includes(type)) : [];
  return { kind: "call", name: called?.text ?? "", args: given.map(readValue), line: lineOf(node) };
}

function memberOf(property: Node): BicepMember[] {
  const parts = childrenOf(property);
  const colon = parts.findIndex(({ type }) => type === ":");
  const [key] = parts;
  const value = parts[colon + 1];
  if (colon < 0 || !key || !value) return [];
  return [{ name: key.text.replace(/^'(.*)'$/, "$1"), value: readValue(value), line: lineOf(property) }];
}

function pathOf(node: Node): string[] | undefined {
  if (node.type === "identifier") return [node.text];
  const object = node.childForFieldName("object");
  if (!object) return undefined;
  const path = pathOf(object);
  if (node.type === "subscript_expression") return path;
  const asked = node.childForFieldName("property") ?? node.childForFieldName("resource");
  return path && asked ? [...path, asked.text] : undefined;
}

function useOf(node: Node): BicepUse[] {
  if (node.type !== "identifier" || isNaming(node) || localsAround(node).has(node.text)) return [];
  const called = node.parent?.type === "call_expression" && node.parent.childForFieldName("function")?.id === node.id;
  return [{ path: [node.text, ...membersAsked(node)], line: lineOf(node), called }];
}

/** Names that stand where something is named and not used. */
function isNaming(node: Node): boolean {
  const parent = node.parent;
  if (!parent || node.text === "") return true;
  if (parent.type in DECLARATIONS) return childrenOf(parent).find(({ type }) => type === "identifier")?.id === node.id;
  if (parent.type === "object_property") return parent.firstChild?.id === node.id;
  if (parent.type === "resource_expression") return parent.childForFieldName("resource")?.id === node.id;
  return parent.type === "import_functionality";
}

function membersAsked(node: Node): string[] {
  const parent = node.parent;
  if (!parent || parent.childForFieldName("object")?.id !== node.id) return [];
  if (parent.type === "subscript_expression") return membersAsked(parent);
  const asked = parent.childForFieldName("property") ?? parent.childForFieldName("resource");
  return asked ? [asked.text, ...membersAsked(parent)] : [];
}
