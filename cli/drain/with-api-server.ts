import { findApiServer } from "../../adapters/kubernetes/drain/kubeconfig-file.ts";
import { type KubernetesTransport, openTransport } from "../../adapters/kubernetes/drain/transport.ts";
import { parseLabelSelector } from "../../domain/drain/label-selector.ts";
import { DrydockError } from "../../domain/errors.ts";
import { EXIT_FAILED, reasonOf } from "../failure.ts";
import type { DrainFlags } from "./drain-flags.ts";
import type { Streams } from "./reporters.ts";

/** What the command runs in. */
export interface DrainEnvironment extends Streams {
  readonly environment: NodeJS.ProcessEnv;
  /** Calls back at Ctrl-C. */
  readonly onInterrupt: (stop: () => void) => void;
}

/**
 * Checks the command line, connects to the cluster that it means and does some work there. Answers the work's exit code; what
 * was wrong with the command line or the API server is said on stderr as kubectl says it, with kubectl's exit code, 1.
 */
export async function withApiServer(
  names: readonly string[],
  flags: DrainFlags,
  place: DrainEnvironment,
  work: (transport: KubernetesTransport) => Promise<number>,
): Promise<number> {
  const mistake = mistakeIn(names, flags);
  if (mistake !== undefined) return fail(place, mistake, "See 'drydock drain --help' for help.\n");
  let transport: KubernetesTransport | undefined;
  try {
    transport = openTransport(await findApiServer(flags, place.environment));
    return await work(transport);
  } catch (error) {
    if (error instanceof DrydockError) return fail(place, error.message);
    // A connection that could not be made: what the system says of it is all there is to say.
    if (error instanceof Error && "code" in error) {
      return fail(place, `the API server cannot be reached: ${reasonOf(error)}`);
    }
    throw error;
  } finally {
    transport?.close();
  }
}

/** What is wrong with the command line beyond single flags, in kubectl's words. */
function mistakeIn(names: readonly string[], { selector, podSelector }: DrainFlags): string | undefined {
  if (names.length === 0 && selector === undefined) return "USAGE: drain NODE [flags]";
  if (names.length > 0 && selector) return "cannot specify both a node name and a --selector option";
  if (podSelector !== undefined && parseLabelSelector(podSelector) === undefined) {
    return "--pod-selector=<pod_selector> must be a valid label selector";
  }
  return undefined;
}

function fail({ err }: DrainEnvironment, message: string, more = ""): number {
  err.write(`error: ${message}\n${more}`);
  return EXIT_FAILED;
}
