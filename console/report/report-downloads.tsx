import { useState } from "preact/hooks";
import { useServices } from "../session/console-services.ts";
import { saveFile } from "./download.ts";

const FORMATS = [
  { label: "Download JSON", query: "json", extension: "json", type: "application/json" },
  { label: "Download Markdown", query: "markdown", extension: "md", type: "text/markdown" },
] as const;

/** Buttons that save a report as the API gives it. */
export function ReportDownloads({ id }: { readonly id: string }) {
  const { api, refuseKey } = useServices();
  const [trouble, setTrouble] = useState("");
  const save = async ({ query, extension, type }: (typeof FORMATS)[number]) => {
    setTrouble("");
    const outcome = await api.get(`runs/${encodeURIComponent(id)}/report?format=${query}`);
    if (outcome.kind === "unauthorized") return refuseKey(outcome.status);
    if (outcome.kind !== "ok") return setTrouble(`The report was not downloaded: ${outcome.message}`);
    saveFile(`${id}.${extension}`, type, await outcome.response.text());
  };
  return (
    <div class="actions">
      {FORMATS.map((format) => (
        <button key={format.query} type="button" onClick={() => void save(format)}>
          {format.label}
        </button>
      ))}
      <p role="alert" class="mistake">
        {trouble}
      </p>
    </div>
  );
}
