/** Why a management operation was refused. */
export type ManagementErrorCode =
  | "InstanceNotFound"
  | "InstanceFinished"
  | "InstanceExists"
  | "NotFailed"
  | "InvalidArgument";

/** A management operation (start, signal, terminate, purge …) was refused; the message says why and what to do. */
export class ManagementError extends Error {
  override readonly name = "ManagementError";
  readonly code: ManagementErrorCode;

  constructor(code: ManagementErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
