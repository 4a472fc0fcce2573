/** A kustomization that cannot be rendered: which file, and what is wrong with it. */
export class KustomizeError extends Error {
  readonly file: string;

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file}: ${problem}`, options);
    this.name = "KustomizeError";
    this.file = file;
  }
}

/** What is wrong, where the file is not known; `inFile` adds it. */
export class RenderProblem extends Error {
  override readonly name = "RenderProblem";
}

/** Runs a step on behalf of a file: its problems come out as KustomizeErrors of that file. */
export function inFile<T>(file: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof RenderProblem) throw new KustomizeError(file, error.message, { cause: error });
    throw error;
  }
}
