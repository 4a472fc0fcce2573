/** Something that people should know while a run goes on. Nothing is asked of them. */
export interface Notice {
  /** A few words. */
  readonly title: string;
  /** One sentence. */
  readonly text: string;
  /** What was seen, one fact a line. */
  readonly evidence: readonly string[];
}
