import type { ObjectDraft } from "../kubernetes/model/object-table.ts";

export const VELERO_API = "velero.io/v1";

type Column = readonly [name: string, jsonPath: string];

interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly shortNames?: readonly string[];
  readonly required?: readonly string[];
  /** Whether status is written on its own; Velero's backups and restores carry it with the rest. */
  readonly hasStatus?: boolean;
  readonly columns?: readonly Column[];
}

const PHASE: Column = ["Phase", ".status.phase"];

const KINDS: readonly Kind[] = [
  { kind: "Backup", plural: "backups" },
  { kind: "Restore", plural: "restores" },
  {
    kind: "BackupStorageLocation",
    plural: "backupstoragelocations",
    shortNames: ["bsl"],
    required: ["provider"],
    columns: [PHASE, ["Last Validated", ".status.lastValidationTime"], ["Default", ".spec.default"]],
  },
  {
    kind: "Schedule",
    plural: "schedules",
    required: ["schedule", "template"],
    hasStatus: true,
    columns: [
      ["Status", ".status.phase"],
      ["Schedule", ".spec.schedule"],
      ["LastBackup", ".status.lastBackup"],
    ],
  },
];

/** The CustomResourceDefinitions that an installation of Velero brings, as far as they are simulated. */
export const VELERO_DEFINITIONS: readonly ObjectDraft[] = KINDS.map(definitionOf);

function definitionOf({ kind, plural, shortNames = [], required = [], hasStatus, columns = [] }: Kind): ObjectDraft {
  const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  const properties = { spec: { ...open, required }, status: open };
  const printed = columns.map(([name, jsonPath]) => ({ name, type: "string", jsonPath }));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.velero.io`, labels: { component: "velero" } },
    spec: {
      group: "velero.io",
      scope: "Namespaced",
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List`, shortNames },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: { type: "object", description: `${kind} of Velero.`, properties } },
          ...(hasStatus ? { subresources: { status: {} } } : {}),
          additionalPrinterColumns: [
            ...printed,
            { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
          ],
        },
      ],
    },
  };
}
