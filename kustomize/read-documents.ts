import { isScalar, parseAllDocuments, type Scalar, type ScalarTag, visit } from "yaml";
import { KustomizeError } from "./kustomize-error.ts";

/** Octal numbers of YAML 1.1, as in `defaultMode: 0644`, which kustomize reads as such. */
const octal: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};

/** Numbers of YAML 1.1 that YAML 1.2 takes for text, and dates, which kustomize writes in another form. */
const AMBIGUOUS = /^[-+]?(?:0b[01_]+|[0-9][0-9_]*_[0-9_]*|0[0-9]*[89][0-9]*)$|^\d{4}-\d\d?-\d\d?(?:$|[ \t])/;

/**
 * Reads the documents of a YAML file as kustomize does: YAML 1.2 (`yes` and `on` are text) with merge keys and the octal
 * numbers of 1.1. Plain scalars that it would read in yet another way are refused: quotes say what is meant.
 */
export function readDocuments(file: string, text: string): unknown[] {
  const documents = parseAllDocuments(text, { version: "1.2", merge: true, customTags: (tags) => [octal, ...tags] });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) throw new KustomizeError(file, error.message, { cause: error });
    visit(document, { Scalar: (_key, node) => refuseAmbiguous(file, node) });
    return document.toJS() as unknown;
  });
}

function refuseAmbiguous(file: string, node: Scalar): void {
  if (isScalar(node) && node.type === "PLAIN" && AMBIGUOUS.test(node.source ?? "")) {
    throw new KustomizeError(file, `${node.source} is read in different ways by different tools; put it in quotes`);
  }
}
