import { z } from "zod";
import { isInside, joinPath } from "../../kustomize/path.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { isObject } from "../kubernetes/model/list-keys.ts";
import type { KubernetesObject } from "../kubernetes/model/objects.ts";
import { type Artifacts, findSource, requestOf } from "./artifacts.ts";
import { durationSeconds } from "./duration.ts";
import { FluxFailure } from "./flux-failure.ts";
import type { FluxPorts, SourceWriter } from "./flux-ports.ts";
import { failed, observed, progressing, statusOf, succeeded, tell, writeStatus } from "./flux-status.ts";
import type { FluxKind } from "./reconcile-loop.ts";

const IMAGE_API = "image.toolkit.fluxcd.io/v1";
const COMPONENT = "image-automation-controller";
const RETRY_SECONDS = 60;

const specSchema = z.looseObject({
  interval: z.string(),
  sourceRef: z.looseObject({
    kind: z.string().default("GitRepository"),
    name: z.string(),
    namespace: z.string().optional(),
  }),
  git: z
    .looseObject({
      checkout: z.looseObject({ ref: z.record(z.string(), z.string()).optional() }).optional(),
      commit: z.looseObject({ messageTemplate: z.string().optional() }).optional(),
      push: z.looseObject({ branch: z.string().optional() }).optional(),
    })
    .optional(),
  update: z.looseObject({ path: z.string().default("./") }).optional(),
});

/** ImageUpdateAutomation: writes the tags that policies chose where the files ask for them, and commits. */
export function imageUpdateKind({ writer }: FluxPorts, artifacts: Artifacts): FluxKind {
  return {
    name: "imageupdateautomation",
    apiVersion: IMAGE_API,
    kind: "ImageUpdateAutomation",
    workSeconds: 3,
    concerns: () => [],
    inputs: (cluster) => [...latestImages(cluster)].map(([policy, { tag }]) => `${policy}=${tag}`).join(" "),
    begin: (cluster, resource, object) =>
      void writeStatus(cluster, resource, object, progressing("reconciling source object")),
    work(cluster, resource, object) {
      const spec = specSchema.parse(object.spec);
      const seconds = durationSeconds(spec.interval) ?? RETRY_SECONDS;
      try {
        const { message, fields, isNew } = update(cluster, object, spec, artifacts, writer);
        writeStatus(cluster, resource, object, succeeded("Succeeded", message), { ...observed(object), ...fields });
        if (isNew) tell(cluster, object, COMPONENT, { type: "Normal", reason: "Succeeded", message });
        return { retrySeconds: seconds };
      } catch (error) {
        if (!(error instanceof FluxFailure)) throw error;
        const { reason, message } = error;
        writeStatus(cluster, resource, object, failed(reason, message), observed(object));
        tell(cluster, object, COMPONENT, { type: "Warning", reason, message });
        return { retrySeconds: Math.min(seconds, RETRY_SECONDS) };
      }
    },
  };
}

interface Update {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly isNew: boolean;
}

/** Brings the files of the source up to date with the policies. Throws a FluxFailure. */
function update(
  cluster: ClusterModel,
  object: KubernetesObject,
  spec: z.infer<typeof specSchema>,
  artifacts: Artifacts,
  writer: SourceWriter | undefined,
): Update {
  const { kind, name, namespace = object.metadata.namespace ?? "" } = spec.sourceRef;
  const source = findSource(cluster, kind, namespace, name);
  if (!source) {
    const missing = `gitrepositories.source.toolkit.fluxcd.io "${name}" not found`;
    throw new FluxFailure("SourceManagerFailed", `failed to get source: ${missing}`);
  }
  const request = requestOf(source);
  const tree = artifacts.fetch(request);
  if ("failure" in tree) throw new FluxFailure("GitOperationFailed", tree.failure.message);
  const folder = joinPath("", spec.update?.path ?? "");
  const files = tree.files().filter((file) => isInside(folder, file) && /\.ya?ml$/.test(file));
  const changed = updateMarkers(files, (file) => tree.readFile(file) ?? "", latestImages(cluster));
  if (changed.size === 0) return { message: "repository up-to-date", fields: {}, isNew: false };
  const branch = spec.git?.push?.branch ?? spec.git?.checkout?.ref?.branch ?? request.reference.branch ?? "main";
  const text = spec.git?.commit?.messageTemplate ?? "Update from image update automation";
  const commit = push(writer, request.url, branch, text, changed);
  const now = cluster.nowText();
  return {
    message: `pushed commit '${commit.slice(0, 7)}' to branch '${branch}'`,
    fields: { lastPushCommit: commit, lastPushTime: now, lastAutomationRunTime: now },
    isNew: true,
  };
}

function push(
  writer: SourceWriter | undefined,
  ...[url, branch, message, files]: Parameters<SourceWriter["commit"]>
): string {
  if (!writer) throw new FluxFailure("GitOperationFailed", `failed to push: ${url} takes no commits`);
  try {
    return writer.commit(url, branch, message, files);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new FluxFailure("GitOperationFailed", `failed to push: ${reason}`);
  }
}

/** What each policy has chosen, by `namespace:name`. */
function latestImages(cluster: ClusterModel): Map<string, { readonly name: string; readonly tag: string }> {
  const resource = cluster.resourceOfKind(IMAGE_API, "ImagePolicy");
  const chosen = new Map<string, { readonly name: string; readonly tag: string }>();
  for (const policy of resource ? cluster.tableOf(resource).list() : []) {
    const { latestRef } = statusOf(policy);
    if (!isObject(latestRef)) continue;
    const image = { name: String(latestRef.name), tag: String(latestRef.tag) };
    chosen.set(`${policy.metadata.namespace}:${policy.metadata.name}`, image);
  }
  return chosen;
}

const MARKER =
  /^(\s*(?:-\s+)?[\w.-]+:\s+)(["']?)([^"'\s#]+)\2(\s+# \{"\$imagepolicy": "([^":]+:[^":]+)(?::(tag|name))?"\}.*)$/;

/** Files whose marked lines (`# {"$imagepolicy": "ns:name"}`) stand for another image than their policy chose. */
export function updateMarkers(
  files: readonly string[],
  readFile: (path: string) => string,
  images: ReadonlyMap<string, { readonly name: string; readonly tag: string }>,
): Map<string, string> {
  const changed = new Map<string, string>();
  for (const file of files) {
    const before = readFile(file);
    const lines = before.split("\n").map((line) => {
      const [, head, quote, , tail, policy = "", part] = MARKER.exec(line) ?? [];
      const image = images.get(policy);
      if (!image || head === undefined) return line;
      const value = part === "tag" ? image.tag : part === "name" ? image.name : `${image.name}:${image.tag}`;
      return `${head}${quote}${value}${quote}${tail}`;
    });
    const after = lines.join("\n");
    if (after !== before) changed.set(file, after);
  }
  return changed;
}
