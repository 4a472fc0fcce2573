/** How long a file's blob is kept for the browser to read. */
const KEPT_MS = 60_000;

/** Hands a text to the browser as a file to keep. */
export function saveFile(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Browsers read the blob some time after the click, and do not say when.
  setTimeout(() => URL.revokeObjectURL(url), KEPT_MS);
}
