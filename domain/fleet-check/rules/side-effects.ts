import type { FleetRule } from "../fleet-rule.ts";
import { isFields, listAt, textAt, valueAt } from "../objects/fields.ts";
import { objectText, placeOf } from "../objects/fleet-object.ts";
import { imagesOf } from "../references/pods.ts";

/** A second external-dns with the same owner id points the world at the drill, or deletes the records of production. */
export const externalDns: FleetRule = {
  code: "ExternalDns",
  severity: "info",
  sentence: "What writes DNS records is named.",
  remedy:
    "In a drill suspend it, or patch it to --dry-run (chart: extraArgs), with a txtOwnerId of its own and no identity.",
  isSideEffect: true,
  check: ({ view }) => [
    ...view.releases
      .filter(({ chart }) => chart === "external-dns")
      .map(({ key, object, unit }) => ({
        subject: unit.key,
        message: `HelmRelease ${key} writes DNS records`,
        places: [placeOf(object)],
      })),
    ...view.objects
      .filter(({ object }) => imagesOf(object).some((image) => /(?:^|\/)external-dns[:@]/.test(`${image}:`)))
      .map(({ object, unit }) => ({
        subject: unit.key,
        message: `${objectText(object)} writes DNS records`,
        places: [placeOf(object, "image")],
      })),
  ],
};

/** Two clusters push to one branch. */
export const imageAutomationPushes: FleetRule = {
  code: "ImageAutomationPushes",
  severity: "info",
  sentence: "Image automation that pushes to Git is named.",
  remedy: "In a drill suspend the ImageUpdateAutomation, and give the cluster a deploy key that can only read.",
  isSideEffect: true,
  check: ({ view }) =>
    view.kind("ImageUpdateAutomation").flatMap(({ object, unit }) => {
      if (valueAt(object.body, "spec", "suspend") === true) return [];
      const branch = textAt(object.body, "spec", "git", "push", "branch");
      const where = branch === undefined ? "" : ` to branch ${branch}`;
      return [
        {
          subject: unit.key,
          message: `${objectText(object)} pushes commits${where}`,
          places: [placeOf(object, "push")],
        },
      ];
    }),
};

/** A job of the drill does the night's work a second time. */
export const cronJobRuns: FleetRule = {
  code: "CronJobRuns",
  severity: "info",
  sentence: "CronJobs are named.",
  remedy: "In a drill patch them to suspend: true.",
  isSideEffect: true,
  check: ({ view }) =>
    view.kind("CronJob").flatMap(({ object, unit }) => {
      if (valueAt(object.body, "spec", "suspend") === true) return [];
      const schedule = textAt(object.body, "spec", "schedule") ?? "";
      return [
        {
          subject: unit.key,
          message: `${objectText(object)} runs at ${schedule}`,
          places: [placeOf(object, "schedule")],
        },
      ];
    }),
};

const QUEUES =
  /^(?:azure-servicebus|azure-queue|azure-eventhub|azure-pipelines|kafka|apache-kafka|rabbitmq|aws-sqs-queue|gcp-pubsub|nats-jetstream|stan|pulsar|activemq|artemis-queue|redis-streams|redis-lists|ibmmq|solace-event-queue|github-runner)$/;

/** A consumer of the drill takes messages away from production. */
export const queueConsumer: FleetRule = {
  code: "QueueConsumer",
  severity: "info",
  sentence: "Consumers of queues are named.",
  remedy:
    'In a drill annotate the ScaledObject with autoscaling.keda.sh/paused-replicas: "0" (a ScaledJob with autoscaling.keda.sh/paused), and suspend other consumers.',
  isSideEffect: true,
  check: ({ view }) => [
    ...[...view.kind("ScaledObject"), ...view.kind("ScaledJob")].flatMap(({ object, unit }) => {
      const triggers = listAt(object.body, "spec", "triggers").filter(isFields);
      const queues = triggers.map((trigger) => textAt(trigger, "type") ?? "").filter((type) => QUEUES.test(type));
      if (queues.length === 0) return [];
      const message = `${objectText(object)} scales a consumer of ${[...new Set(queues)].join(", ")}`;
      return [{ subject: unit.key, message, places: [placeOf(object, "triggers")] }];
    }),
    ...["KafkaConnector", "KafkaMirrorMaker2"].flatMap((kind) =>
      view.kind(kind).map(({ object, unit }) => ({
        subject: unit.key,
        message: `${objectText(object)} takes records from a broker`,
        places: [placeOf(object)],
      })),
    ),
    ...view.objects
      .filter(({ object }) => object.group === "dapr.io" && object.kind === "Subscription")
      .map(({ object, unit }) => ({
        subject: unit.key,
        message: `${objectText(object)} takes messages from a topic`,
        places: [placeOf(object)],
      })),
  ],
};

const PRODUCTION_SERVERS = ["acme-v02.api.letsencrypt.org", "acme.zerossl.com", "dv.acme-v02.api.pki.goog"];

/** Duplicates of production certificates count against the limits of the authority. */
export const productionIssuer: FleetRule = {
  code: "ProductionIssuer",
  severity: "info",
  sentence: "Issuers of certificates for production are named.",
  remedy: "In a drill patch spec.acme.server to the authority's staging server.",
  isSideEffect: true,
  check: ({ view }) =>
    [...view.kind("ClusterIssuer"), ...view.kind("Issuer")].flatMap(({ object, unit }) => {
      const server = textAt(object.body, "spec", "acme", "server") ?? "";
      if (!PRODUCTION_SERVERS.some((name) => server.includes(`//${name}/`))) return [];
      const message = `${objectText(object)} asks a production authority for certificates, which limits how often`;
      return [{ subject: unit.key, message, places: [placeOf(object, "server")] }];
    }),
};
