import { isFluxGroup } from "../known/kubernetes-kinds.ts";
import { fieldsAt, isFields, listAt, textAt, valueAt } from "../objects/fields.ts";
import type { FleetObject } from "../objects/fleet-object.ts";
import { containersOf, podOf } from "./pods.ts";

/** A Secret or ConfigMap that an object cannot do without. */
export interface ConfigurationReference {
  readonly kind: "Secret" | "ConfigMap";
  readonly namespace: string;
  readonly name: string;
  /** What for, such as `volume`, `env`, `imagePullSecrets`. */
  readonly use: string;
}

/** The Secrets and ConfigMaps that an object needs, those that are optional left out. An object is looked at once. */
export function configurationReferences(object: FleetObject): readonly ConfigurationReference[] {
  let found = known.get(object);
  if (!found) {
    found = distinct([...podReferences(object), ...otherReferences(object)]);
    known.set(object, found);
  }
  return found;
}

const known = new WeakMap<FleetObject, readonly ConfigurationReference[]>();

type Found = Pick<ConfigurationReference, "kind" | "name" | "use">;

function podReferences(object: FleetObject): ConfigurationReference[] {
  const pod = podOf(object);
  if (!pod) return [];
  const found = [
    ...listAt(pod.spec, "volumes").flatMap(volumeReferences),
    ...containersOf(pod.spec).flatMap((container) => [
      ...listAt(container, "envFrom").flatMap((from) => [
        ...reference("Secret", valueAt(from, "secretRef"), "name", "envFrom"),
        ...reference("ConfigMap", valueAt(from, "configMapRef"), "name", "envFrom"),
      ]),
      ...listAt(container, "env").flatMap((variable) => [
        ...reference("Secret", valueAt(variable, "valueFrom", "secretKeyRef"), "name", "env"),
        ...reference("ConfigMap", valueAt(variable, "valueFrom", "configMapKeyRef"), "name", "env"),
      ]),
    ]),
    ...listAt(pod.spec, "imagePullSecrets").flatMap((each) => reference("Secret", each, "name", "imagePullSecrets")),
  ];
  return found.map((each) => ({ ...each, namespace: object.namespace ?? "default" }));
}

function volumeReferences(volume: unknown): Found[] {
  return [
    ...reference("Secret", valueAt(volume, "secret"), "secretName", "volume"),
    ...reference("ConfigMap", valueAt(volume, "configMap"), "name", "volume"),
    ...reference("Secret", valueAt(volume, "csi", "nodePublishSecretRef"), "name", "volume"),
    ...listAt(volume, "projected", "sources").flatMap((source) => [
      ...reference("Secret", valueAt(source, "secret"), "name", "projected volume"),
      ...reference("ConfigMap", valueAt(source, "configMap"), "name", "projected volume"),
    ]),
  ];
}

function reference(kind: Found["kind"], holder: unknown, field: string, use: string): Found[] {
  const name = textAt(holder, field);
  return name === undefined || valueAt(holder, "optional") === true ? [] : [{ kind, name, use }];
}

/** Of Flux's own objects, service accounts and ingresses. */
function otherReferences(object: FleetObject): ConfigurationReference[] {
  const { kind, body } = object;
  const namespace = object.namespace ?? "default";
  const here = (found: readonly Found[]) => found.map((each) => ({ ...each, namespace }));
  if (kind === "ServiceAccount") {
    return here(
      listAt(body, "imagePullSecrets").flatMap((each) => reference("Secret", each, "name", "imagePullSecrets")),
    );
  }
  if (kind === "Ingress") {
    // With one of these annotations cert-manager makes the certificate's secret.
    const annotations = Object.keys(fieldsAt(body, "metadata", "annotations"));
    if (annotations.some((name) => /^(?:cert-manager\.io\/|kubernetes\.azure\.com\/tls-cert)/.test(name))) return [];
    return here(listAt(body, "spec", "tls").flatMap((each) => reference("Secret", each, "secretName", "tls")));
  }
  return isFluxGroup(object.group) ? here(fluxReferences(object)) : [];
}

const SECRET_FIELDS = ["secretRef", "certSecretRef", "proxySecretRef"];

function fluxReferences({ body }: FleetObject): Found[] {
  const lists = [...listAt(body, "spec", "postBuild", "substituteFrom"), ...listAt(body, "spec", "valuesFrom")];
  return [
    ...lists.filter(isFields).flatMap((from) => {
      const kind = from.kind === "ConfigMap" || from.kind === "Secret" ? from.kind : null;
      return kind ? reference(kind, from, "name", "valuesKey" in from ? "valuesFrom" : "substitution or values") : [];
    }),
    ...SECRET_FIELDS.flatMap((field) => reference("Secret", valueAt(body, "spec", field), "name", field)),
    ...reference("Secret", valueAt(body, "spec", "verify", "secretRef"), "name", "verification"),
  ];
}

function distinct(references: readonly ConfigurationReference[]): ConfigurationReference[] {
  const byKey = new Map(references.map((each) => [`${each.kind} ${each.namespace}/${each.name}`, each]));
  return [...byKey.values()];
}
