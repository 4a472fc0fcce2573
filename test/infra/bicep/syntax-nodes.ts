import { createRequire } from "node:module";
import { Language, type Node, Parser } from "web-tree-sitter";

// The package's native build is not wanted: its grammar is there as WebAssembly, too.
const require = createRequire(import.meta.url);
const grammar = require.resolve("tree-sitter-bicep/tree-sitter-bicep.wasm");
await Parser.init();
const parser = new Parser();
parser.setLanguage(await Language.load(grammar));

/** Calls with the root of a source's syntax tree, which is gone afterwards. */
export function withSyntax<T>(source: string, read: (root: Node) => T): T {
  const tree = parser.parse(source);
  if (tree === null) throw new Error("tree-sitter gave no tree");
  try {
    return read(tree.rootNode);
  } finally {
    tree.delete();
  }
}

/** A node and all below it, in the order in which they stand. */
export function descend(node: Node): Node[] {
  return [node, ...childrenOf(node).flatMap(descend)];
}

/** The parts of a node, comments left out. */
export function childrenOf(node: Node): Node[] {
  return node.children.filter((child) => child !== null && child.type !== "comment") as Node[];
}

/** From 1. */
export function lineOf(node: Node): number {
  return node.startPosition.row + 1;
}

/** Names that loops, lambdas and functions around a node bind. */
export function localsAround(node: Node): Set<string> {
  const names = new Set<string>();
  for (let around = node.parent; around; around = around.parent) {
    for (const name of boundBy(around)) names.add(name);
  }
  return names;
}

function boundBy(node: Node): string[] {
  if (node.type === "for_statement") {
    const one = node.childForFieldName("initializer");
    const both = childrenOf(node).find(({ type }) => type === "for_loop_parameters");
    return [...(one ? [one.text] : []), ...(both ? childrenOf(both).map(({ text }) => text) : [])];
  }
  if (node.type !== "lambda_expression") return [];
  const parts = childrenOf(node);
  const parameters = parts.slice(
    0,
    parts.findIndex(({ type }) => type === "=>"),
  );
  return parameters
    .flatMap(descend)
    .filter(({ type }) => type === "identifier")
    .map(({ text }) => text);
}
