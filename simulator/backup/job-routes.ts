import { ok, paged } from "../resource-manager/answers.ts";
import { ArmError } from "../resource-manager/arm-error.ts";
import type { ArmAnswer, ArmRequest, ArmRoute } from "../resource-manager/arm-router.ts";
import { retryAfter } from "../resource-manager/long-running.ts";
import { jobBody, operationStatusBody } from "./backup-bodies.ts";
import { operationOf, PROVIDER, signedQuery, VAULT, vaultOf } from "./backup-requests.ts";

const LOCATION = `/subscriptions/{subscription}/providers/${PROVIDER}/locations/{location}`;
const GROUP = `/subscriptions/{subscription}/resourceGroups/{group}/providers/${PROVIDER}`;

/** Jobs, and how operations are asked about. */
export const BACKUP_JOB_ROUTES: readonly ArmRoute[] = [
  { method: "GET", path: `${VAULT}/backupJobs`, handle: listJobs },
  { method: "GET", path: `${VAULT}/backupJobs/{job}`, handle: getJob },
  { method: "GET", path: `${VAULT}/operationStatus/{operation}`, handle: getStatus },
  { method: "GET", path: `${GROUP}/operationStatus/{operation}`, handle: getStatus },
  { method: "GET", path: `${LOCATION}/operationStatus/{operation}`, handle: getStatus },
  { method: "GET", path: `${LOCATION}/operationResults/{operation}`, handle: getResult },
  { method: "GET", path: `${VAULT}/backupInstances/{instance}/operationResults/{operation}`, handle: getResult },
];

/** Newest first. */
function listJobs(request: ArmRequest): ArmAnswer {
  const { backups } = request.azure;
  const vault = vaultOf(request);
  return paged(
    request,
    backups.jobsOf(vault.id),
    ({ startMs, id }) => `${String(Number.MAX_SAFE_INTEGER - startMs).padStart(16, "0")} ${id}`,
    (job) => jobBody(backups, vault.id, job),
  );
}

function getJob(request: ArmRequest): ArmAnswer {
  const { backups } = request.azure;
  const vault = vaultOf(request);
  const { job: name = "" } = request.names;
  const job = backups.jobs.get(name);
  if (job?.vaultId === vault.id.toLowerCase()) return ok(jobBody(backups, vault.id, job));
  throw new ArmError(404, "UserErrorJobNotFound", `The job ${name} was not found in the vault ${vault.name}.`);
}

function getStatus(request: ArmRequest): ArmAnswer {
  const operation = operationOf(request);
  const headers = operation.status === "Inprogress" ? retryAfter(request) : {};
  return ok(operationStatusBody(decodeURIComponent(request.path), operation), headers);
}

function getResult(request: ArmRequest): ArmAnswer {
  const { origin, path, query } = request;
  const operation = operationOf(request);
  const { id, status, error, jobId, vaultId } = operation;
  if (status === "Inprogress") {
    return { status: 202, headers: { location: `${origin}${path}?${query}`, ...retryAfter(request) } };
  }
  if (error) throw new ArmError(400, error.code, error.message);
  const base = path.replace(/\/[^/]+\/[^/]+$/, "");
  const headers = {
    "azure-asyncoperation": `${origin}${base}/operationStatus/${id}?${signedQuery(request, operation)}`,
  };
  const job = jobId === undefined ? {} : { jobId: `${vaultId}/backupJobs/${jobId}` };
  return ok({ objectType: "OperationJobExtendedInfo", ...job }, headers);
}
