import type { ClusterView } from "../cluster-view.ts";
import type { OwnedObject, Release } from "../flux/cluster-tree.ts";
import { GIVEN_CONFIG_MAPS, isFluxGroup, isKubernetesGroup } from "../known/kubernetes-kinds.ts";
import { fieldsAt, isFields, listAt, textAt } from "../objects/fields.ts";
import type { FleetObject } from "../objects/fleet-object.ts";

/** How a Secret or ConfigMap comes into a cluster. */
export type Supply =
  | "Git"
  | "SOPS"
  | "SealedSecret"
  | "ExternalSecret"
  | "SecretProviderClass"
  | "Certificate"
  | "operator";

/** Whether an object is encrypted by SOPS, by its structure. */
export function isSopsEncrypted({ body }: FleetObject): boolean {
  return textAt(body, "sops", "mac") !== undefined || textAt(body, "sops", "lastmodified") !== undefined;
}

/** Knows for one cluster where its Secrets and ConfigMaps come from. */
export class Supplies {
  readonly #view: ClusterView;
  readonly #made = new Map<string, Supply>();
  /** Names that are copied into any namespace. */
  readonly #everywhere = new Map<string, Supply>();

  constructor(view: ClusterView) {
    this.#view = view;
    for (const { object } of view.objects) this.#note(object);
  }

  /** Where it comes from; null when nothing in Git says so. */
  of(kind: "Secret" | "ConfigMap", namespace: string, name: string): Supply | null {
    if (kind === "ConfigMap" && GIVEN_CONFIG_MAPS.has(name)) return "Git";
    const own = this.#view.find(kind, namespace, name)?.object;
    if (own) return isSopsEncrypted(own) ? "SOPS" : "Git";
    return this.#made.get(`${kind} ${namespace}/${name}`) ?? this.#everywhere.get(`${kind} ${name}`) ?? null;
  }

  /** What could make it without saying so in Git: charts that go to its namespace, and custom resources there. */
  candidates(namespace: string): Array<Release | OwnedObject> {
    return this.#candidates.get(namespace) ?? this.#findCandidates(namespace);
  }
  readonly #candidates = new Map<string, Array<Release | OwnedObject>>();

  #findCandidates(namespace: string): Array<Release | OwnedObject> {
    const releases = this.#view.releases.filter(({ targetNamespace }) => targetNamespace === namespace);
    const custom = this.#view.objects.filter(
      ({ object }) =>
        (object.namespace === namespace && !isKubernetesGroup(object.group) && !isFluxGroup(object.group)) ||
        (object.kind === "ClusterPolicy" && object.group === "kyverno.io"),
    );
    const jobs = this.#view.kind("Job").filter(({ object }) => object.namespace === namespace);
    const found = [...releases, ...custom, ...jobs];
    this.#candidates.set(namespace, found);
    return found;
  }

  #note(object: FleetObject): void {
    const { kind, body, name } = object;
    const namespace = object.namespace ?? "default";
    const make = (supply: Supply, secret: string) => this.#made.set(`Secret ${namespace}/${secret}`, supply);
    switch (kind) {
      case "SealedSecret":
        make("SealedSecret", textAt(body, "spec", "template", "metadata", "name") ?? name);
        return;
      case "ExternalSecret":
        make("ExternalSecret", textAt(body, "spec", "target", "name") ?? name);
        return;
      case "ClusterExternalSecret":
        this.#everywhere.set(`Secret ${clusterExternalName(object)}`, "ExternalSecret");
        return;
      case "SecretProviderClass":
        for (const made of listAt(body, "spec", "secretObjects").filter(isFields)) {
          make("SecretProviderClass", textAt(made, "secretName") ?? "");
        }
        return;
      case "Certificate":
        make("Certificate", textAt(body, "spec", "secretName") ?? name);
        return;
      case "Secret":
      case "ConfigMap":
        if (isCopied(object)) this.#everywhere.set(`${kind} ${name}`, "operator");
        return;
      case "Bundle":
        this.#everywhere.set(`ConfigMap ${name}`, "operator");
        return;
      default:
        // VaultStaticSecret, OnePasswordItem, AzureKeyVaultSecret, InfisicalSecret, ... make the Secret that they name, or one of their name.
        if (/Secret|OnePasswordItem/.test(kind)) make("operator", destinationOf(object));
    }
  }
}

function clusterExternalName({ body, name }: FleetObject): string {
  return (
    textAt(body, "spec", "externalSecretSpec", "target", "name") ?? textAt(body, "spec", "externalSecretName") ?? name
  );
}

function destinationOf({ body, name }: FleetObject): string {
  return (
    textAt(body, "spec", "destination", "name") ??
    textAt(body, "spec", "output", "secret", "name") ??
    textAt(body, "spec", "managedSecretReference", "secretName") ??
    name
  );
}

/** Whether a controller copies it into other namespaces (reflector, replicator, kubed). */
function isCopied({ body }: FleetObject): boolean {
  const annotations = Object.keys(fieldsAt(body, "metadata", "annotations"));
  return annotations.some((name) =>
    /^(?:reflector\.v1\.k8s\.emberstack\.com|replicator\.v1\.mittwald\.de|kubed\.)/.test(name),
  );
}
