import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import type { Unit } from "../flux/cluster-tree.ts";
import { SOURCE_GROUP } from "../flux/flux-specs.ts";
import { eachMapping, fieldsAt, textAt } from "../objects/fields.ts";
import { type FleetObject, isUnknown, objectText, placeOf } from "../objects/fleet-object.ts";
import { type ConfigurationReference, configurationReferences } from "../references/configuration-references.ts";
import { isSopsEncrypted, type Supplies, type Supply } from "../references/supply.ts";

/** Missing references of a kind: each name once, with all objects that need it. */
function missing(view: ClusterView, supplies: Supplies, kind: ConfigurationReference["kind"]): RuleFinding[] {
  const wanted = new Map<
    string,
    { reference: ConfigurationReference; users: Array<{ object: FleetObject; unit: Unit }> }
  >();
  for (const { object, unit } of view.objects) {
    for (const reference of configurationReferences(object)) {
      const { namespace, name } = reference;
      if (reference.kind !== kind || isUnknown(name) || isUnknown(namespace)) continue;
      if (supplies.of(kind, namespace, name) !== null || isRootArtefact(view, object, reference)) continue;
      const key = `${namespace}/${name}`;
      const known = wanted.get(key);
      if (known) known.users.push({ object, unit });
      else wanted.set(key, { reference, users: [{ object, unit }] });
    }
  }
  return [...wanted].map(([key, { reference, users }]) => {
    const candidates = supplies.candidates(reference.namespace);
    const [first] = users;
    const by = first ? objectText(first.object) : "";
    const more = users.length > 1 ? ` and ${users.length - 1} more` : "";
    return {
      subject: key,
      message: `${kind} ${key} is needed by ${by}${more} (${reference.use}), and nothing in Git makes it`,
      places: users.slice(0, 5).map(({ object }) => placeOf(object, reference.name)),
      severity: view.gravityOfMissing(candidates),
      evidence: view.candidatesText(candidates),
    };
  });
}

/** Keys of the repository itself are told of by RootArtefact. */
function isRootArtefact(view: ClusterView, object: FleetObject, { use, kind }: ConfigurationReference): boolean {
  return kind === "Secret" && use === "secretRef" && isFirstSource(view, object);
}

function isFirstSource(view: ClusterView, object: FleetObject): boolean {
  const [first] = view.units;
  const reference = first?.spec?.sourceRef;
  return object.group === SOURCE_GROUP && object.kind === reference?.kind && object.name === reference.name;
}

export const secretMissing: FleetRule = {
  code: "SecretMissing",
  severity: "blocker",
  sentence: "Each Secret that something needs is in Git, encrypted, or made by something that is.",
  remedy: "Add an ExternalSecret, SealedSecret, SecretProviderClass or a SOPS encrypted Secret for it.",
  check: ({ view, supplies }) => missing(view, supplies, "Secret"),
};

export const configMapMissing: FleetRule = {
  code: "ConfigMapMissing",
  severity: "blocker",
  sentence: "Each ConfigMap that something needs is in Git, or made by something that is.",
  remedy: "Add the ConfigMap, or a configMapGenerator for it.",
  check: ({ view, supplies }) => missing(view, supplies, "ConfigMap"),
};

/** Flux: "is SOPS encrypted, configuring decryption is required for this secret to be reconciled". */
export const encryptedWithoutDecryption: FleetRule = {
  code: "EncryptedWithoutDecryption",
  severity: "blocker",
  sentence: "A Kustomization that applies SOPS encrypted objects has decryption.",
  remedy: "Set spec.decryption of the Kustomization, with provider sops and the Secret that holds the key.",
  check: ({ view }) =>
    view.objects
      .filter(({ object, unit }) => isSopsEncrypted(object) && unit.spec?.decryption === undefined)
      .map(({ object, unit }) => {
        const isOfAzure = unit.spec === null;
        return {
          subject: unit.key,
          message: isOfAzure
            ? `${objectText(object)} is SOPS encrypted, and nothing in Git tells Flux to decrypt ${unit.key}`
            : `${objectText(object)} is SOPS encrypted, and Kustomization ${unit.key} has no decryption: Flux refuses all of it`,
          places: [placeOf(object)],
          ...(isOfAzure && { severity: "warning" as const }),
        };
      }),
};

const PLAIN = /^(?:\$\{.*\}|<.*>|)$/;

/** By structure alone: a Secret whose values are neither encrypted nor placeholders. Values are never told. */
export const secretInClear: FleetRule = {
  code: "SecretInClear",
  severity: "warning",
  sentence: "No Secret lies in Git in clear.",
  remedy:
    "Encrypt it with SOPS, or replace it by an ExternalSecret or SealedSecret; then change what was in it, as Git keeps it for ever.",
  check: ({ view }) =>
    view.kind("Secret").flatMap(({ object, unit }) => {
      if (isSopsEncrypted(object)) return [];
      const fields = { ...fieldsAt(object.body, "data"), ...fieldsAt(object.body, "stringData") };
      const open = Object.entries(fields).filter(([, value]) => isOpen(value));
      if (open.length === 0) return [];
      const keys = open.map(([key]) => key).sort();
      return [
        {
          subject: unit.key,
          message: `${objectText(object)} lies in Git in clear (${keys.length} ${keys.length === 1 ? "key" : "keys"}: ${keys.slice(0, 5).join(", ")})`,
          places: [placeOf(object)],
        },
      ];
    }),
};

function isOpen(value: unknown): boolean {
  return typeof value === "string" && !value.startsWith("ENC[") && !PLAIN.test(value.trim()) && !isUnknown(value);
}

/** One line for a cluster: what has to be there besides Git for its secrets to come. */
export const secretsFromOutside: FleetRule = {
  code: "SecretsFromOutside",
  severity: "info",
  sentence: "It is told where the cluster's secrets come from.",
  remedy: "See that these stores and keys can be reached on the day of the rebuild.",
  check: ({ view, supplies }) => {
    const names = new Map<string, Supply>();
    for (const { object } of view.objects) {
      for (const { kind, namespace, name } of configurationReferences(object)) {
        const supply = kind === "Secret" ? supplies.of(kind, namespace, name) : null;
        if (supply !== null) names.set(`${namespace}/${name}`, supply);
      }
    }
    if (names.size === 0) return [];
    const counts = new Map<Supply, number>();
    for (const supply of names.values()) counts.set(supply, (counts.get(supply) ?? 0) + 1);
    const told = [...counts].map(([supply, count]) => `${supply} ${count}`).sort();
    return [
      {
        subject: view.tree.name,
        message: `of ${names.size} secrets in use, so many come from: ${told.join(", ")}`,
        places: [],
      },
    ];
  },
};

/** What no repository can make again. */
export const rootArtefact: FleetRule = {
  code: "RootArtefact",
  severity: "warning",
  sentence: "Keys and tokens that no repository can make again are named.",
  remedy: "Keep it in a vault outside of the cluster, and restore it before Flux begins; a drill needs it as well.",
  check: ({ view, supplies }) => [
    ...decryptionKeys(view, supplies),
    ...sealedSecretsKey(view),
    ...sourceKeys(view, supplies),
    ...dnsTokens(view, supplies),
  ],
};

function decryptionKeys(view: ClusterView, supplies: Supplies): RuleFinding[] {
  const found = new Map<string, RuleFinding>();
  for (const { spec, namespace, object } of view.units) {
    const name = spec?.decryption?.secretRef?.name;
    if (name === undefined || supplies.of("Secret", namespace, name) !== null) continue;
    const subject = `${namespace}/${name}`;
    const places = [...(found.get(subject)?.places ?? []), ...(object ? [placeOf(object, name)] : [])];
    found.set(subject, {
      subject,
      message: `Secret ${subject} holds the key that SOPS files are decrypted with`,
      places,
    });
  }
  return [...found.values()];
}

function sealedSecretsKey(view: ClusterView): RuleFinding[] {
  const sealed = view.kind("SealedSecret").filter(({ object }) => object.group === "bitnami.com");
  const [first] = sealed;
  if (!first) return [];
  const message = `${sealed.length} SealedSecrets can be opened with the key of the cluster they were sealed for alone, which its controller keeps in a Secret`;
  return [{ subject: "sealed-secrets-key", message, places: [placeOf(first.object)] }];
}

function sourceKeys(view: ClusterView, supplies: Supplies): RuleFinding[] {
  return view.objects
    .filter(({ object }) => isFirstSource(view, object))
    .flatMap(({ object }) => {
      const name = textAt(object.body, "spec", "secretRef", "name");
      const namespace = object.namespace ?? "flux-system";
      if (name === undefined || supplies.of("Secret", namespace, name) !== null) return [];
      const subject = `${namespace}/${name}`;
      const message = `Secret ${subject} holds the key or token that this repository is read with`;
      return [{ subject, message, places: [placeOf(object, name)] }];
    });
}

function dnsTokens(view: ClusterView, supplies: Supplies): RuleFinding[] {
  const issuers = [...view.kind("ClusterIssuer"), ...view.kind("Issuer")];
  return issuers.flatMap(({ object }) => {
    const namespace = object.namespace ?? "cert-manager";
    const names = new Set<string>();
    eachMapping(fieldsAt(object.body, "spec", "acme"), (fields, field) => {
      const name = /SecretRef$/.test(field) && field !== "privateKeySecretRef" ? textAt(fields, "name") : undefined;
      if (name !== undefined && supplies.of("Secret", namespace, name) === null) names.add(name);
    });
    return [...names].map((name) => ({
      subject: `${namespace}/${name}`,
      message: `Secret ${namespace}/${name} holds the token with which ${objectText(object)} answers challenges`,
      places: [placeOf(object, name)],
    }));
  });
}
