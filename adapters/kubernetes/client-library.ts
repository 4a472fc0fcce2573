// The parts of the official client that Drydock uses, named in one place: with them named, the bundle leaves out the other
// sixty APIs, which would be 15 MB to parse at every cold start. Loaded lazily, by import().
export {
  AppsV1Api,
  CoreV1Api,
  createConfiguration,
  KubeConfig,
  PatchStrategy,
  PolicyV1Api,
  ServerConfiguration,
  setHeaderMiddleware,
  setHeaderOptions,
} from "@kubernetes/client-node";
