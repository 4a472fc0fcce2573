/** A kustomization that cannot be rendered: which file, and what is wrong with it. */
export class KustomizeError extends Error {
  readonly file: string;

  constructor(file: string, problem: string, options?: ErrorOptions) {
    super(`${file}: ${problem}`, options);
    this.name = "KustomizeError";
    this.file = file;
  }
}
