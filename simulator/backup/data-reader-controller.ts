import { z } from "zod";
import { type Controller, splitKey } from "../kubernetes/controllers/controller.ts";
import type { ClusterModel } from "../kubernetes/model/cluster-model.ts";
import { keyOfObject } from "../kubernetes/model/object-table.ts";
import type { Pod } from "../kubernetes/model/objects.ts";
import { EXIT_CODE, LOG } from "../kubernetes/model/pod-program.ts";
import { dataOf } from "./volume-data.ts";

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
      .min(1),
  }),
});
type Reader = z.infer<typeof readerSchema>;

/**
 * Runs the programs that read volumes: a pod whose command says `sha256sum` prints, for the file `data` on each claim that
 * it mounts, what that would print. With `-c` it compares the data with the manifest that lies beside it, and fails when
 * they differ.
 */
export const dataReaderController: Controller = {
  name: "data-reader",

  keysOf({ type, resource, object }) {
    if (resource.plural !== "pods" || type === "DELETED") return [];
    return readerOf(object as Pod) ? [keyOfObject(object)] : [];
  },

  reconcile(cluster, key) {
    const [namespace, name] = splitKey(key);
    const pod = cluster.table("pods").find(namespace, name);
    const reader = pod && readerOf(pod);
    if (!pod || !reader) return;
    const read = readings(cluster, namespace, reader);
    const isCheck = /\bsha256sum(?:\s+-\S+)*\s+(?:-c|--check)\b/.test(commandOf(reader));
    const wrong = read.filter(({ checksum, manifest }) => checksum !== manifest).length;
    const lines = isCheck
      ? read.map(({ path, checksum, manifest }) => `${path}: ${checksum === manifest ? "OK" : "FAILED"}`)
      : read.map(({ path, checksum }) => `${checksum}  ${path}`);
    if (isCheck && wrong > 0) lines.push(`sha256sum: WARNING: ${wrong} computed checksum did NOT match`);
    const annotations = {
      ...pod.metadata.annotations,
      [LOG]: lines.join("\n"),
      ...(isCheck ? { [EXIT_CODE]: wrong > 0 ? "1" : "0" } : {}),
    };
    cluster.table("pods").update({ ...pod, metadata: { ...pod.metadata, annotations } });
  },
};

/** The pod as a reader that has a node and has not read yet; undefined for any other. */
function readerOf(pod: Pod): Reader | undefined {
  if (pod.spec.nodeName === undefined || !pod.spec.volumes?.length) return undefined;
  if (pod.metadata.annotations?.[LOG] !== undefined) return undefined;
  const { success, data } = readerSchema.safeParse(pod);
  return success && commandOf(data).includes("sha256sum") ? data : undefined;
}

function commandOf({ spec }: Reader): string {
  return spec.containers.flatMap(({ command, args }) => [...command, ...args]).join(" ");
}

function readings(cluster: ClusterModel, namespace: string, { spec }: Reader) {
  return spec.containers.flatMap(({ volumeMounts }) =>
    volumeMounts.flatMap(({ name, mountPath }) => {
      const claimName = spec.volumes.find((volume) => volume.name === name)?.persistentVolumeClaim?.claimName;
      if (claimName === undefined) return [];
      const claim = cluster.table("persistentvolumeclaims").find(namespace, claimName);
      const volume = cluster.table("persistentvolumes").find(undefined, claim?.spec.volumeName ?? "");
      return volume ? [{ path: `${mountPath.replace(/\/$/, "")}/data`, ...dataOf(volume) }] : [];
    }),
  );
}
