import type { Controller } from "./controller.ts";
import { cronJobController } from "./cron-job.ts";
import { daemonSetController } from "./daemon-set.ts";
import { definitionController } from "./definition.ts";
import { deploymentController } from "./deployment.ts";
import { disruptionController } from "./disruption.ts";
import { garbageCollector } from "./garbage-collector.ts";
import { jobController } from "./job.ts";
import { namespaceController } from "./namespace.ts";
import { nodeLifecycleController } from "./node-lifecycle.ts";
import { replicaSetController } from "./replica-set.ts";
import { scheduler } from "./scheduler.ts";
import { serviceAccountController } from "./service-account.ts";
import { statefulSetController } from "./stateful-set.ts";
import { volumeController } from "./volume.ts";

/** Everything that acts on a cluster's objects. To add a behaviour is to add a file and a row. */
export const CONTROLLERS: readonly Controller[] = [
  nodeLifecycleController,
  deploymentController,
  replicaSetController,
  statefulSetController,
  daemonSetController,
  jobController,
  cronJobController,
  definitionController,
  volumeController,
  garbageCollector,
  namespaceController,
  serviceAccountController,
  scheduler,
  disruptionController,
];
