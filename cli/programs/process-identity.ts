import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * What tells a process from a later one with the same pid: when it began and its command line. Undefined when there is no
 * such process (a zombie counts as none).
 */
export function identityOf(pid: number): string | undefined {
  return process.platform === "linux" ? identityFromProc(pid) : identityFromPs(pid);
}

function identityFromProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // proc_pid_stat(5): the second field is the name in parentheses and may hold anything; the rest has no surprises.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return undefined;
    const startedTicks = rest[18];
    const commandLine = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
    return `${startedTicks} ${commandLine}`;
  } catch {
    return undefined;
  }
}

function identityFromPs(pid: number): string | undefined {
  try {
    const columns = execFileSync("ps", ["-ww", "-o", "stat=,lstart=,args=", "-p", String(pid)], {
      encoding: "utf8",
      // The start is written in local time and language otherwise.
      env: { ...process.env, TZ: "UTC", LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const [, state = "", rest = ""] = /^(\S+)\s+(.*)$/s.exec(columns) ?? [];
    return columns === "" || state.startsWith("Z") ? undefined : rest;
  } catch {
    return undefined;
  }
}
