/** The version of Kubernetes: from which to which, or the one that stays. */
export function VersionText({ from, to }: { readonly from: string; readonly to: string }) {
  if (from === to) return <span class="version">Kubernetes {to}</span>;
  return (
    <span class="version">
      Kubernetes <b>{from}</b> → <b>{to}</b>
    </span>
  );
}
