import type { ClusterView } from "../cluster-view.ts";
import type { FleetRule, RuleFinding } from "../fleet-rule.ts";
import type { OwnedObject } from "../flux/cluster-tree.ts";
import { AKS_STORAGE_CLASSES, addOnWith } from "../known/aks.ts";
import { KNOWN_CHARTS } from "../known/charts.ts";
import { GIVEN_PRIORITY_CLASSES } from "../known/kubernetes-kinds.ts";
import { isFields, listAt, textAt } from "../objects/fields.ts";
import { isUnknown, keyText, objectText, placeOf } from "../objects/fleet-object.ts";
import { podOf } from "../references/pods.ts";

interface Wish {
  readonly owned: OwnedObject;
  readonly name: string;
}

/** One finding for each name that nothing brings, with the first of those that want it. */
function unmet(wishes: readonly Wish[], isMet: (name: string) => boolean, tell: (wish: Wish) => RuleFinding) {
  const first = new Map<string, Wish>();
  for (const wish of wishes) {
    if (!isUnknown(wish.name) && !first.has(wish.name) && !isMet(wish.name)) first.set(wish.name, wish);
  }
  return [...first.values()].map(tell);
}

function wishesOf(
  objects: readonly OwnedObject[],
  names: (owned: OwnedObject) => ReadonlyArray<string | undefined>,
): Wish[] {
  return objects.flatMap((owned) => names(owned).flatMap((name) => (name === undefined ? [] : [{ owned, name }])));
}

function chartBrings(view: ClusterView, what: "ingressClasses" | "gatewayClasses", name: string): boolean {
  return view.releases.some(({ chart }) => {
    const known = chart !== null && Object.hasOwn(KNOWN_CHARTS, chart) ? KNOWN_CHARTS[chart] : undefined;
    return known?.[what]?.includes(name) === true;
  });
}

export const storageClassMissing: FleetRule = {
  code: "StorageClassMissing",
  severity: "blocker",
  sentence: "Each storage class that a claim names is AKS' own or in Git.",
  remedy: "Add the StorageClass to a Kustomization that comes first, or use one that AKS brings.",
  check: ({ view }) => {
    const claims = wishesOf(view.kind("PersistentVolumeClaim"), ({ object }) => [
      textAt(object.body, "spec", "volumeName") === undefined
        ? textAt(object.body, "spec", "storageClassName")
        : undefined,
    ]);
    const templates = wishesOf(view.kind("StatefulSet"), ({ object }) =>
      listAt(object.body, "spec", "volumeClaimTemplates").map((claim) => textAt(claim, "spec", "storageClassName")),
    );
    const isMet = (name: string) =>
      AKS_STORAGE_CLASSES.has(name) ||
      view.find("StorageClass", null, name) !== undefined ||
      addOnWith("storageClasses", name) !== undefined;
    return unmet([...claims, ...templates], isMet, ({ owned: { object, unit }, name }) => ({
      subject: unit.key,
      message: `${objectText(object)} asks for storage class ${name}, which nothing provides`,
      places: [placeOf(object, name)],
      severity: view.gravityOfMissing(view.releases),
      evidence: view.candidatesText(view.releases),
    }));
  },
};

export const priorityClassMissing: FleetRule = {
  code: "PriorityClassMissing",
  severity: "blocker",
  sentence: "Each priority class that a pod names is Kubernetes' own or in Git.",
  remedy: "Add the PriorityClass to a Kustomization that comes first; without it no pod is admitted.",
  check: ({ view }) => {
    const wishes = wishesOf(view.objects, ({ object }) => [textAt(podOf(object)?.spec, "priorityClassName")]);
    const isMet = (name: string) =>
      GIVEN_PRIORITY_CLASSES.has(name) || view.find("PriorityClass", null, name) !== undefined;
    return unmet(wishes, isMet, ({ owned: { object, unit }, name }) => ({
      subject: unit.key,
      message: `${objectText(object)} asks for priority class ${name}, which nothing provides`,
      places: [placeOf(object, name)],
      severity: view.gravityOfMissing(view.releases),
      evidence: view.candidatesText(view.releases),
    }));
  },
};

export const ingressClassMissing: FleetRule = {
  code: "IngressClassMissing",
  severity: "warning",
  sentence: "Something serves each ingress class that an Ingress names.",
  remedy: "Add the ingress controller, or the add-on of AKS, that serves the class.",
  check: ({ view }) => {
    const wishes = wishesOf(view.kind("Ingress"), ({ object: { body } }) => [
      textAt(body, "spec", "ingressClassName") ??
        textAt(body, "metadata", "annotations", "kubernetes.io/ingress.class"),
    ]);
    const isMet = (name: string) =>
      view.find("IngressClass", null, name) !== undefined ||
      addOnWith("ingressClasses", name) !== undefined ||
      chartBrings(view, "ingressClasses", name);
    return unmet(wishes, isMet, ({ owned: { object, unit }, name }) => ({
      subject: unit.key,
      message: `${objectText(object)} is for ingress class ${name}, which nothing in Git serves`,
      places: [placeOf(object, name)],
      ...(view.unknownCharts.length > 0 && { severity: "info" as const }),
      evidence: view.candidatesText(view.unknownCharts),
    }));
  },
};

const ROUTES = ["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"];

export const gatewayMissing: FleetRule = {
  code: "GatewayMissing",
  severity: "warning",
  sentence: "Each Gateway that a route names, and each class that a Gateway names, is there.",
  remedy: "Add the Gateway, or what brings its class, to a Kustomization that comes first.",
  check: ({ view }) => {
    const routes = ROUTES.flatMap((kind) => view.kind(kind));
    const parents = wishesOf(routes, ({ object }) =>
      listAt(object.body, "spec", "parentRefs")
        .filter((parent) => isFields(parent) && (parent.kind ?? "Gateway") === "Gateway")
        .map((parent) => keyText(textAt(parent, "namespace") ?? object.namespace, textAt(parent, "name") ?? "")),
    );
    const isGateway = (key: string) => {
      const slash = key.indexOf("/");
      return view.find("Gateway", key.slice(0, slash), key.slice(slash + 1)) !== undefined;
    };
    const classes = wishesOf(view.kind("Gateway"), ({ object }) =>
      object.group === "gateway.networking.k8s.io" ? [textAt(object.body, "spec", "gatewayClassName")] : [],
    );
    const isClass = (name: string) =>
      view.find("GatewayClass", null, name) !== undefined ||
      addOnWith("gatewayClasses", name) !== undefined ||
      chartBrings(view, "gatewayClasses", name);
    const tell = (what: string) => (wish: Wish) => gatewayFinding(view, wish, what);
    return [...unmet(parents, isGateway, tell("Gateway")), ...unmet(classes, isClass, tell("gateway class"))];
  },
};

function gatewayFinding(view: ClusterView, { owned: { object, unit }, name }: Wish, what: string): RuleFinding {
  return {
    subject: unit.key,
    message: `${objectText(object)} needs ${what} ${name}, which nothing in Git provides`,
    places: [placeOf(object, name.slice(name.indexOf("/") + 1))],
    ...(view.unknownCharts.length > 0 && { severity: "info" as const }),
    evidence: view.candidatesText(view.unknownCharts),
  };
}

/** A pod whose account is not there is not admitted. */
export const serviceAccountMissing: FleetRule = {
  code: "ServiceAccountMissing",
  severity: "blocker",
  sentence: "Each service account that a pod runs as is in Git.",
  remedy: "Add the ServiceAccount; without it no pod is admitted.",
  check: ({ view }) => {
    const found = new Map<string, RuleFinding>();
    for (const { object, unit } of view.objects) {
      const name = textAt(podOf(object)?.spec, "serviceAccountName");
      const namespace = object.namespace ?? "default";
      if (name === undefined || name === "default" || isUnknown(name) || namespace === "kube-system") continue;
      const key = `${namespace}/${name}`;
      if (found.has(key) || view.find("ServiceAccount", namespace, name)) continue;
      const charts = view.releases.filter(({ targetNamespace }) => targetNamespace === namespace);
      found.set(key, {
        subject: unit.key,
        message: `${objectText(object)} runs as service account ${name}, which nothing makes`,
        places: [placeOf(object, name)],
        severity: view.gravityOfMissing(charts),
        evidence: view.candidatesText(charts),
      });
    }
    return [...found.values()];
  },
};
