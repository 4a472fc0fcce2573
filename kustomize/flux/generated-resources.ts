import { type Folder, loadText } from "../kustomization/folder.ts";
import { KUSTOMIZATION_FILES } from "../kustomization/read-kustomization.ts";
import { readResources } from "../kustomization/read-resources.ts";
import { joinPath } from "../path.ts";

/**
 * The resources of a folder without a kustomization: what is part of an artifact of Flux, of that every `.yaml` and `.yml` file in and below it, and folders with a
 * kustomization of their own as a whole, in the order of a walk by name (scanManifests of fluxcd/pkg). Throws a
 * KustomizeError that names a file that holds no objects of Kubernetes, whatever it was meant for.
 */
export function generatedResources(folder: Folder, files: readonly string[]): string[] {
  const relative = files
    .filter((file) => (folder.path === "" || file.startsWith(`${folder.path}/`)) && !isLeftOut(file))
    .map((file) => (folder.path === "" ? file : file.slice(folder.path.length + 1)));
  const present = new Set(relative);
  const found = new Set<string>();
  for (const file of relative.toSorted(byWalk)) {
    const whole = folderWithOwn(file, present);
    if (whole !== undefined) found.add(whole);
    else if (/\.ya?ml$/.test(file)) {
      readResources(joinPath(folder.path, file), loadText(folder, file));
      found.add(file);
    }
  }
  return [...found];
}

const LEFT_OUT_FOLDERS = [".git", ".github", ".circleci"];
const LEFT_OUT_FILES = [
  ".travis.yml",
  ".gitlab-ci.yml",
  "appveyor.yml",
  ".drone.yml",
  "cloudbuild.yaml",
  "codeship-services.yml",
  "codeship-steps.yml",
  ".goreleaser.yml",
  ".sops.yaml",
  ".flux.yaml",
];

/** What Flux leaves out of every artifact (fluxcd/pkg sourceignore). What a `.sourceignore` adds, the caller leaves out. */
function isLeftOut(file: string): boolean {
  const parts = file.split("/");
  const name = parts.pop() ?? "";
  return LEFT_OUT_FILES.includes(name) || parts.some((part) => LEFT_OUT_FOLDERS.includes(part));
}

/** The topmost folder on the way to a file that has a kustomization of its own. */
function folderWithOwn(file: string, present: ReadonlySet<string>): string | undefined {
  const parts = file.split("/").slice(0, -1);
  const folders = parts.map((_part, index) => parts.slice(0, index + 1).join("/"));
  return folders.find((path) => KUSTOMIZATION_FILES.some((name) => present.has(`${path}/${name}`)));
}

/** Folder by folder, names in their order. */
function byWalk(one: string, other: string): number {
  const [left, right] = [one.split("/"), other.split("/")];
  const index = left.findIndex((part, position) => part !== right[position]);
  if (index < 0) return left.length - right.length;
  return (left[index] ?? "") < (right[index] ?? "") ? -1 : 1;
}
