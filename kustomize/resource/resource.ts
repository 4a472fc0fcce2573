import {
  bareNode,
  cloneNode,
  fieldOf,
  isEmpty,
  mapIn,
  putField,
  removeField,
  setField,
  textNode,
  textOf,
  type YamlMap,
  type YamlNode,
} from "../yaml/node.ts";
import { effectiveNamespace, groupAndVersion, idText, type ResourceId } from "./resource-id.ts";

const DOMAIN = "internal.config.kubernetes.io";

/** Annotations that kustomize keeps its own notes in while it builds. They are visible to patches, so ours are too. */
export const NOTES = {
  previousKinds: `${DOMAIN}/previousKinds`,
  previousNames: `${DOMAIN}/previousNames`,
  previousNamespaces: `${DOMAIN}/previousNamespaces`,
  prefixes: `${DOMAIN}/prefixes`,
  suffixes: `${DOMAIN}/suffixes`,
  refBy: `${DOMAIN}/refBy`,
  allowNameChange: `${DOMAIN}/allowNameChange`,
  allowKindChange: `${DOMAIN}/allowKindChange`,
  behavior: `${DOMAIN}/generatorBehavior`,
  needsHash: `${DOMAIN}/needsHashSuffix`,
} as const;

/** Annotations of other tools' pipelines that kustomize takes away at the end, as it does its own notes. */
const PIPELINE_NOTES = [
  `${DOMAIN}/path`,
  `${DOMAIN}/index`,
  `${DOMAIN}/seqindent`,
  `${DOMAIN}/id`,
  `${DOMAIN}/annotations-migration-resource-id`,
  "config.kubernetes.io/path",
  "config.kubernetes.io/index",
  "config.k8s.io/id",
];

/** The annotations that do not outlive a build. */
export const BUILD_ANNOTATIONS: readonly string[] = [...Object.values(NOTES), ...PIPELINE_NOTES];

/** An object of a build: its tree, and what it was called before. Changed in place (kustomize api/resource/resource.go). */
export class Resource {
  /** Undefined once a patch has deleted the object. */
  node: YamlMap | undefined;
  /** Names of the vars that take their value from here. */
  readonly varNames: string[];

  /** The file it was read from, for messages; undefined for what was generated. */
  readonly file: string | undefined;

  constructor(node: YamlMap, file?: string, varNames: readonly string[] = []) {
    this.node = node;
    this.file = file;
    this.varNames = [...varNames];
  }

  get isGone(): boolean {
    return isEmpty(this.node);
  }

  get apiVersion(): string {
    return textOf(fieldOf(this.node, "apiVersion"));
  }

  get kind(): string {
    return textOf(fieldOf(this.node, "kind"));
  }

  set kind(kind: string) {
    if (this.node) setField(this.node, "kind", bareNode(kind));
  }

  set apiVersion(apiVersion: string) {
    if (this.node) setField(this.node, "apiVersion", bareNode(apiVersion));
  }

  get name(): string {
    return textOf(fieldOf(this.#metadata, "name"));
  }

  set name(name: string) {
    const metadata = this.node && mapIn(this.node, "metadata");
    if (metadata) setField(metadata, "name", bareNode(name));
  }

  get namespace(): string {
    const namespace = fieldOf(this.#metadata, "namespace");
    return isEmpty(namespace) ? "" : textOf(namespace);
  }

  set namespace(namespace: string) {
    const metadata = this.node && mapIn(this.node, "metadata");
    if (!metadata) return;
    if (namespace === "") removeField(metadata, "namespace");
    else setField(metadata, "namespace", bareNode(namespace));
  }

  get #metadata(): YamlNode | undefined {
    return fieldOf(this.node, "metadata");
  }

  labels(): Map<string, string> {
    return textsOf(fieldOf(this.#metadata, "labels"));
  }

  annotations(): Map<string, string> {
    return textsOf(fieldOf(this.#metadata, "annotations"));
  }

  /** Writes labels sorted and as text; none removes the field. */
  setLabels(labels: ReadonlyMap<string, string>): void {
    this.#setTexts("labels", labels);
  }

  /** Writes annotations sorted and as text; none removes the field. */
  setAnnotations(annotations: ReadonlyMap<string, string>): void {
    this.#setTexts("annotations", annotations);
  }

  #setTexts(field: string, texts: ReadonlyMap<string, string>): void {
    const metadata = this.node && mapIn(this.node, "metadata");
    if (!metadata) return;
    removeField(metadata, field);
    if (texts.size === 0) return;
    const entries = [...texts].sort(([one], [two]) => (one < two ? -1 : 1));
    putField(metadata, field, {
      kind: "map",
      entries: entries.map(([key, value]) => ({ key, keyTag: "", value: textNode(value) })),
    });
  }

  note(name: string): string | undefined {
    return this.annotations().get(name);
  }

  setNote(name: string, value: string): void {
    const metadata = this.node && mapIn(this.node, "metadata");
    if (!metadata) return;
    const annotations = mapIn(metadata, "annotations");
    if (annotations) putField(annotations, name, { ...textNode(value), quoted: true });
  }

  /** Notes that are lists: prefixes, suffixes, earlier names. */
  listNote(name: string): string[] {
    return this.note(name)?.split(",") ?? [];
  }

  appendNote(name: string, value: string): void {
    if (value !== "") this.setNote(name, [...this.listNote(name), value].join(","));
  }

  /** What the object is called now. */
  id(): ResourceId {
    return { ...groupAndVersion(this.apiVersion), kind: this.kind, name: this.name, namespace: this.namespace };
  }

  /** What it was called before, oldest first. */
  previousIds(): ResourceId[] {
    const names = this.listNote(NOTES.previousNames);
    const namespaces = this.listNote(NOTES.previousNamespaces);
    const kinds = this.listNote(NOTES.previousKinds);
    const type = groupAndVersion(this.apiVersion);
    return names.map((name, index) => ({
      ...type,
      name,
      kind: kinds[index] ?? this.kind,
      namespace: namespaces[index] ?? "",
    }));
  }

  /** What it was called first. */
  originalId(): ResourceId {
    return this.previousIds()[0] ?? this.id();
  }

  anyIds(): ResourceId[] {
    return [...this.previousIds(), this.id()];
  }

  /** Remembers what the object is called, before that changes. */
  rememberId(): void {
    const id = this.id();
    this.appendNote(NOTES.previousNames, id.name);
    this.appendNote(NOTES.previousNamespaces, effectiveNamespace(id));
    this.appendNote(NOTES.previousKinds, id.kind);
  }

  clone(): Resource {
    return new Resource(this.node ? cloneNode(this.node) : { kind: "map", entries: [] }, this.file, this.varNames);
  }

  /** For messages. */
  toString(): string {
    return idText(this.id());
  }
}

function textsOf(node: YamlNode | undefined): Map<string, string> {
  return new Map(node?.kind === "map" ? node.entries.map(({ key, value }) => [key, textOf(value)]) : []);
}
