import fc from "fast-check";
import { stringify } from "yaml";

const NAMES = ["web", "db", "settings", "creds"];
const name = fc.constantFrom(...NAMES);
const word = fc.constantFrom("a", "b-1", "yes", "5", "0x1f", "2026-01-01", "some text: here", "x y", "", "~");
const value: fc.Arbitrary<unknown> = fc.oneof(
  word,
  fc.integer({ min: -5, max: 100_000 }),
  fc.boolean(),
  fc.constant(null),
  fc.constant(1.5),
);
const texts = fc.dictionary(fc.constantFrom("app", "tier", "a.b/c"), fc.constantFrom("one", "two", "3", "true"), {
  maxKeys: 2,
});

const container = fc.record(
  {
    name: fc.constantFrom("main", "side"),
    image: fc.constantFrom("nginx", "nginx:1.25", "reg.example:5000/app:v1", "app@sha256:abc"),
    env: fc.uniqueArray(fc.record({ name: fc.constantFrom("A", "B"), value: word }), {
      selector: (entry) => entry.name,
      maxLength: 2,
    }),
    ports: fc.array(
      fc.record(
        { containerPort: fc.constantFrom(80, 443), protocol: fc.constantFrom("TCP", "UDP") },
        { requiredKeys: ["containerPort"] },
      ),
      { maxLength: 2 },
    ),
    envFrom: fc.array(fc.record({ configMapRef: fc.record({ name }) }), { maxLength: 1 }),
  },
  { requiredKeys: ["name"] },
);
const containers = fc.uniqueArray(container, { selector: (entry) => entry.name, minLength: 1, maxLength: 2 });

const podSpec = fc.record(
  {
    containers,
    serviceAccountName: name,
    volumes: fc.array(fc.record({ name: fc.constant("v"), secret: fc.record({ secretName: name }) }), { maxLength: 1 }),
  },
  { requiredKeys: ["containers"] },
);

function metadata(names: fc.Arbitrary<string>) {
  return fc.record(
    {
      name: names,
      namespace: fc.constantFrom("one", "two"),
      labels: texts,
      annotations: texts,
      finalizers: fc.subarray(["f1", "f2"]),
    },
    { requiredKeys: ["name"] },
  );
}

function workload(kind: string) {
  return fc.record({
    apiVersion: fc.constant("apps/v1"),
    kind: fc.constant(kind),
    metadata: metadata(name),
    spec: fc.record(
      { replicas: fc.nat(3), selector: fc.record({ matchLabels: texts }), template: fc.record({ spec: podSpec }) },
      { requiredKeys: ["template"] },
    ),
  });
}

function holder(kind: string, names: fc.Arbitrary<string>) {
  return fc.record(
    {
      apiVersion: fc.constant("v1"),
      kind: fc.constant(kind),
      metadata: metadata(names),
      data: fc.dictionary(fc.constantFrom("x", "y", "z"), value, { maxKeys: 3 }),
    },
    { requiredKeys: ["apiVersion", "kind", "metadata"] },
  );
}

const object = fc.oneof(
  workload("Deployment"),
  workload("StatefulSet"),
  holder("ConfigMap", name),
  holder("Secret", name),
  holder("ServiceAccount", name),
  fc.record({
    apiVersion: fc.constant("v1"),
    kind: fc.constant("Service"),
    metadata: metadata(name),
    spec: fc.record({
      selector: texts,
      ports: fc.array(fc.record({ port: fc.constantFrom(80, 81) }), { maxLength: 2 }),
    }),
  }),
  fc.record({
    apiVersion: fc.constant("example.org/v1"),
    kind: fc.constant("Thing"),
    metadata: metadata(name),
    spec: fc.record({ containers, any: value }),
  }),
);

const literals = fc.subarray(["x=1", "y=two words", "z='q'"]);
/** Mostly a name that is free; now and then one that asks for what may not be there, which both must refuse. */
const generator = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({ name: fc.constantFrom("made", "web-made", "third", "fourth", "fifth"), literals }),
  },
  { weight: 1, arbitrary: fc.record({ name, literals, behavior: fc.constantFrom("create", "merge", "replace") }) },
);

const affix = fc.constantFrom("p-", "q-");
const rules = {
  namespace: fc.constantFrom("shop", "ops"),
  namePrefix: affix,
  nameSuffix: fc.constantFrom("-s", "-t"),
  commonLabels: texts,
  commonAnnotations: texts,
  labels: fc.array(fc.record({ pairs: texts, includeSelectors: fc.boolean(), includeTemplates: fc.boolean() }), {
    maxLength: 1,
  }),
  images: fc.array(
    fc.record(
      {
        name: fc.constantFrom("nginx", "app", "reg.example:5000/app"),
        newTag: fc.constantFrom("v9", "1.2"),
        newName: fc.constantFrom("other", ""),
      },
      { requiredKeys: ["name"] },
    ),
    { maxLength: 2 },
  ),
  configMapGenerator: fc.array(generator, { maxLength: 1 }),
  patches: fc.array(
    fc.oneof(
      fc.record({
        target: fc.record(
          { kind: fc.constantFrom("Deployment", ".*Set", "Thing"), name: fc.constantFrom("web", "w.*|d.*") },
          { requiredKeys: ["kind"] },
        ),
        patch: object.map((patch) => stringify(patch)),
      }),
      fc.record({
        target: fc.record({ kind: fc.constantFrom("Deployment", "ConfigMap", "Thing") }),
        patch: value.map((data) =>
          stringify([
            { op: "add", path: "/metadata/annotations/patched", value: String(data) },
            { op: "add", path: "/extra", value: data },
          ]),
        ),
      }),
    ),
    { maxLength: 2 },
  ),
  sortOptions: fc.constant({ order: "fifo" }),
};

const kustomization = fc.record(rules, { requiredKeys: [] });

function documents(objects: readonly unknown[]): string {
  return objects.map((one) => stringify(one)).join("---\n");
}

/** Files of a tree: one or two bases, a middle, an overlay at `overlay`, each with some of what kustomize can do. */
export const overlayTree: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .record({
    bases: fc.array(fc.record({ objects: fc.array(object, { minLength: 1, maxLength: 4 }), rules: kustomization }), {
      minLength: 1,
      maxLength: 2,
    }),
    own: fc.array(object, { maxLength: 1 }),
    middle: kustomization,
    overlay: kustomization,
  })
  .map(({ bases, own, middle, overlay }) => ({
    ...Object.fromEntries(
      bases.flatMap((base, index) => [
        [`base${index}/kustomization.yaml`, stringify({ resources: ["all.yaml"], ...base.rules })],
        [`base${index}/all.yaml`, documents(base.objects)],
      ]),
    ),
    "middle/kustomization.yaml": stringify({ resources: bases.map((_base, index) => `../base${index}`), ...middle }),
    "overlay/own.yaml": documents(own),
    "overlay/kustomization.yaml": stringify({ resources: ["../middle", "own.yaml"], ...overlay }),
  }));
