/** The path of a run in the API, below `/api/v1/`. */
export function runPath(id: string): string {
  return `runs/${encodeURIComponent(id)}`;
}
