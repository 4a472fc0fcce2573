/**
 * What tells repositories apart in a URL: host and path, whatever protocol, user, port and ending it is written with. An
 * Azure DevOps repository has one identity over https and ssh.
 */
export function repositoryIdentity(url: string): string {
  const scp = /^[\w.-]+@([\w.-]+):(?!\d+\/)(.+)$/.exec(url);
  const plain = scp ? `${scp[1]}/${scp[2]}` : url.replace(/^[a-z+]+:\/\//i, "").replace(/^[^@/]*@/, "");
  const [host = "", ...path] = plain
    .toLowerCase()
    .split("/")
    .filter((part) => part !== "");
  const azure = path[0] === "v3" ? path.slice(1) : path.filter((part) => part !== "_git");
  const isAzure = host.includes("dev.azure.com");
  const parts = isAzure ? ["dev.azure.com", ...azure] : [host.replace(/:\d+$/, ""), ...path];
  return parts.join("/").replace(/\.git$/, "");
}

/** A URL as it may be shown: without user, password and query. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^@/]*@/i, "$1").replace(/[?#].*$/, "");
}
