import { stringify } from "yaml";
import { fluxRenderer } from "../../cli/fleet/flux-renderer.ts";
import { checkFleet, type FleetCheck, type FleetCheckRequest } from "../../domain/fleet-check/fleet-check.ts";
import type { RepositoryFiles } from "../../domain/fleet-check/repository.ts";

/** Files of a repository in memory; undefined takes one away. */
export type Files = Readonly<Record<string, string | undefined>>;

export function repositoryOf(files: Files): RepositoryFiles {
  const present = new Map(Object.entries(files).flatMap(([path, text]) => (text === undefined ? [] : [[path, text]])));
  return { paths: [...present.keys()].sort(), read: (path) => present.get(path) };
}

export function check(files: Files, options: Partial<FleetCheckRequest> = {}): FleetCheck {
  const repository = repositoryOf(files);
  return checkFleet({ files: repository, renderer: fluxRenderer(repository), origins: [], ...options });
}

/** All findings of a check as `severity Code place`, the place of the first line that it is about. */
export function told({ clusters, findings }: FleetCheck): string[] {
  return [...clusters.flatMap((cluster) => cluster.findings), ...findings].map(
    ({ severity, code, places: [first] }) => `${severity} ${code}${first ? ` ${first.file}:${first.line}` : ""}`,
  );
}

/** The text of objects, one document each. */
export function yaml(...objects: object[]): string {
  return objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n");
}

type Spec = Readonly<Record<string, unknown>>;

export function object(apiVersion: string, kind: string, at: string, more: Spec = {}): object {
  const [first = "", second] = at.split("/");
  const metadata = second === undefined ? { name: first } : { name: second, namespace: first };
  return { apiVersion, kind, metadata, ...more };
}

export function kustomization(name: string, spec: Spec): string {
  return yaml(
    object("kustomize.toolkit.fluxcd.io/v1", "Kustomization", `flux-system/${name}`, {
      spec: { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "flux-system" }, ...spec },
    }),
  );
}

export function release(at: string, chart: string, spec: Spec = {}): object {
  const sourceRef = { kind: "HelmRepository", name: "charts", namespace: "flux-system" };
  return object("helm.toolkit.fluxcd.io/v2", "HelmRelease", at, {
    spec: { interval: "10m", chart: { spec: { chart, version: "1.2.3", sourceRef } }, ...spec },
  });
}

export function pod(at: string, spec: Spec = {}): object {
  return object("v1", "Pod", at, { spec: { containers: [{ name: "a", image: "example.com/a:1.0" }], ...spec } });
}

/** What `flux bootstrap` leaves, with two Kustomizations of which one comes after the other. Nothing is wrong with it. */
export const SOUND: Files = {
  "clusters/prod/flux-system/gotk-sync.yaml": `${yaml(
    object("source.toolkit.fluxcd.io/v1", "GitRepository", "flux-system/flux-system", {
      spec: { interval: "1m", url: "https://git.example.com/fleet.git", ref: { branch: "main" } },
    }),
  )}---\n${kustomization("flux-system", { path: "./clusters/prod" })}`,
  "clusters/prod/infra.yaml": kustomization("infra", { path: "./infra", wait: true }),
  "clusters/prod/apps.yaml": kustomization("apps", { path: "./apps", dependsOn: [{ name: "infra" }] }),
  "infra/namespace.yaml": yaml(object("v1", "Namespace", "shop")),
  "infra/charts.yaml": yaml(
    object("source.toolkit.fluxcd.io/v1", "HelmRepository", "flux-system/charts", {
      spec: { interval: "1h", url: "https://charts.example.com" },
    }),
  ),
  "apps/shop.yaml": yaml(pod("shop/storefront")),
};
