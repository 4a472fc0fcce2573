import { z } from "zod";
import { type Controller, splitKey } from "../kubernetes/controllers/controller.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { Pod } from "../kubernetes/model/objects.ts";
import { EXIT_CODE, LOG, runsToCompletion } from "../kubernetes/model/pod-program.ts";
import { type ReadableFile, runShellLine, type ShellOutcome } from "../kubernetes/model/shell-line.ts";
import { dataOf } from "../kubernetes/model/volume-data.ts";
import { RUN_SECONDS } from "../settings.ts";

/** What a program that hangs is said to take. */
const FOREVER_SECONDS = 10 * 365 * 86_400;

const readerSchema = z.looseObject({
  spec: z.looseObject({
    nodeName: z.string(),
    containers: z
      .array(
        z.looseObject({
          command: z.array(z.string()).default([]),
          args: z.array(z.string()).default([]),
          volumeMounts: z.array(z.looseObject({ name: z.string(), mountPath: z.string() })).default([]),
        }),
      )
      .min(1),
    volumes: z
      .array(
        z.looseObject({ name: z.string(), persistentVolumeClaim: z.looseObject({ claimName: z.string() }).optional() }),
      )
      .default([]),
  }),
});
type Reader = z.infer<typeof readerSchema>;

/**
 * Runs the programs of pods that run to their end and whose command line is a plain one: what they print, end with and sleep is
 * what a shell would make of it. `sha256sum` and `stat` read the file `data` on each claim that the pod mounts; `sha256sum -c`
 * compares it with the manifest that lies beside it, and fails when they differ.
 */
export const dataReaderController: Controller = {
  name: "data-reader",

  keysOf({ type, resource, object }) {
    if (resource.plural !== "pods" || type === "DELETED") return [];
    return isUnread(object as Pod) ? [keyOfObject(object)] : [];
  },

  reconcile(cluster, key) {
    const [namespace, name] = splitKey(key);
    const pod = cluster.table("pods").find(namespace, name);
    const reader = pod && isUnread(pod) ? readerSchema.safeParse(pod).data : undefined;
    const outcome = reader && runShellLine(lineOf(reader), filesOf(cluster, namespace, reader));
    if (!pod || !outcome) return;
    const annotations = { ...annotationsOf(outcome), ...pod.metadata.annotations };
    cluster.table("pods").update({ ...pod, metadata: { ...pod.metadata, annotations } });
  },
};

/** Whether a pod runs to its end, has a node, and nobody has said yet what it does. */
function isUnread(pod: Pod): boolean {
  if (pod.spec.nodeName === undefined || !runsToCompletion(pod)) return false;
  const { annotations = {} } = pod.metadata;
  const hasCommand = pod.spec.containers.some(({ command, args }) => command !== undefined || args !== undefined);
  return hasCommand && !(LOG in annotations) && !(EXIT_CODE in annotations);
}

/** What a container's shell is told: the text after `sh -c`, or the words of the command. */
function lineOf({ spec }: Reader): string {
  return spec.containers
    .map(({ command, args }) => {
      const [shell = "", option, ...rest] = [...command, ...args];
      const isShell = /(?:^|\/)(?:ba|da)?sh$/.test(shell) && /^-[a-z]*c$/.test(option ?? "");
      return isShell ? (rest[0] ?? "") : [...command, ...args].map(quoted).join(" ");
    })
    .join("\n");
}

function quoted(word: string): string {
  return /^[\w./%+:=-]+$/.test(word) ? word : `'${word}'`;
}

/** What the pod says of itself stands. */
function annotationsOf({ lines, exitCode, sleepSeconds }: ShellOutcome): Record<string, string> {
  const seconds = Number.isFinite(sleepSeconds) ? sleepSeconds : FOREVER_SECONDS;
  return {
    // What prints nothing is told of as any other program is.
    ...(lines.length > 0 ? { [LOG]: lines.join("\n") } : {}),
    [EXIT_CODE]: String(exitCode),
    ...(sleepSeconds > 0 ? { [RUN_SECONDS]: String(seconds) } : {}),
  };
}

function filesOf(cluster: ClusterModel, namespace: string, { spec }: Reader): ReadableFile[] {
  return spec.containers.flatMap(({ volumeMounts }) =>
    volumeMounts.flatMap(({ name, mountPath }) => {
      const claimName = spec.volumes.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName;
      if (claimName === undefined) return [];
      const claim = cluster.table("persistentvolumeclaims").find(namespace, claimName);
      const volume = cluster.table("persistentvolumes").find(undefined, claim?.spec.volumeName ?? "");
      if (!volume) return [];
      const { writtenMs = cluster.nowMs, ...data } = dataOf(volume, claim, cluster.nowMs);
      return [{ path: `${mountPath.replace(/\/$/, "")}/data`, ...data, writtenMs }];
    }),
  );
}
