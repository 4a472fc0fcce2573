import type { Fields } from "./objects/fields.ts";
import type { RenderedObject } from "./objects/fleet-object.ts";
import type { Place } from "./repository.ts";

/** What of a Flux Kustomization changes what its path renders to. */
export interface RenderRequest {
  /** Folder of the repository. */
  readonly path: string;
  /** `spec` of the Kustomization; empty for a path that is applied as it stands. */
  readonly spec: Fields;
}

/** Why a folder does not render. */
export interface RenderProblem {
  readonly file: string;
  readonly line: number;
  readonly message: string;
  /** Whether Flux could do it all the same: what is missing is a remote file, or a feature of the renderer. */
  readonly isOurLimit: boolean;
}

/** An address that files are taken from, and where it is written. */
export interface RemoteAddress {
  readonly url: string;
  readonly place: Place;
}

/** What a folder renders to. */
export interface RenderOutcome {
  readonly objects: readonly RenderedObject[];
  /** Where it takes files from besides the repository. What these hold is not known. */
  readonly remotes: readonly RemoteAddress[];
  readonly problem: RenderProblem | null;
}

/** Renders as Flux does. What is wrong with the files is an answer, not an error. */
export interface FluxRenderer {
  render(request: RenderRequest): RenderOutcome;
  /** Puts variables into an object; answers a sentence when Flux would refuse. */
  substitute(object: RenderedObject, variables: ReadonlyMap<string, string>): RenderedObject | string;
}
