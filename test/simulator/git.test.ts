import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { commitFiles, findSource } from "../../simulator/git/fleet-source.ts";
import { temporaryFolder } from "../host/program.ts";
import { FLEET, startSimulator, type TestSimulator } from "./start-simulator.ts";

const hasGit = spawnSync("git", ["--version"]).status === 0;
const whyNot = hasGit ? "" : " (skipped: there is no git on this machine)";

let folder: ReturnType<typeof temporaryFolder>;
let simulator: TestSimulator;
beforeEach(async () => {
  folder = temporaryFolder();
  simulator = await startSimulator();
});
afterEach(async () => {
  await simulator.close();
  folder.remove();
});

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
const run = promisify(execFile);

/** Runs git without anybody's settings; resolves to what it printed. */
async function git(directory: string, ...args: string[]): Promise<string> {
  const environment = {
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    NO_PROXY: "*",
  };
  const env = { ...process.env, ...environment };
  const { stdout } = await run("git", [...IDENTITY, ...args], { cwd: directory, env });
  return stdout.trim();
}

const url = (credentials = "") => `${simulator.url.replace("://", `://${credentials}`)}/git/fleet.git`;

async function clone(name: string, ...flags: string[]): Promise<string> {
  await git(folder.path, "clone", "-q", ...flags, url(), name);
  const directory = join(folder.path, name);
  await git(directory, "fsck", "--strict");
  return directory;
}

async function commit(directory: string, path: string, text: string): Promise<string> {
  mkdirSync(join(directory, path, ".."), { recursive: true });
  writeFileSync(join(directory, path), text);
  await git(directory, "add", "-A");
  await git(directory, "commit", "-q", "-m", `change ${path}`);
  return git(directory, "rev-parse", "HEAD");
}

function filesOf(directory: string): Array<[string, string]> {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.startsWith(".git") && statSync(join(directory, path)).isFile())
    .sort()
    .map((path) => [path, readFileSync(join(directory, path), "utf8")]);
}

describe.skipIf(!hasGit)(`git${whyNot}`, () => {
  it.each(["0", "2"])("clones the fleet's folder as it is, by protocol %s", async (version) => {
    const directory = await clone("fleet", "-c", `protocol.version=${version}`);
    expect(filesOf(directory)).toEqual(filesOf(FLEET));
    expect(await git(directory, "symbolic-ref", "HEAD")).toBe("refs/heads/main");
    expect(await git(directory, "log", "--format=%an %ae %ct %s")).toBe(
      `Drydock sample fleet@drydock.example ${simulator.world.startMs / 1_000} The fleet as it stands`,
    );
  });

  it("finds the same commit in the same world", async () => {
    const [line] = (await git(folder.path, "ls-remote", url())).split("\n");
    await simulator.close();
    simulator = await startSimulator({ seed: 99 });
    expect((await git(folder.path, "ls-remote", url())).split("\n")[0]).toBe(line);
  });

  it.each(["0", "2"])("pushes, and fetches only what is new, by protocol %s", async (version) => {
    const protocol = ["-c", `protocol.version=${version}`];
    const writer = await clone("writer", ...protocol);
    const reader = await clone("reader", ...protocol);
    await git(reader, "config", "protocol.version", version);
    const ids: string[] = [];
    for (let index = 0; index < 3; index += 1) {
      ids.push(
        await commit(writer, `apps/new/file-${index}.yaml`, `kind: ConfigMap\n# ${"x".repeat(5_000)} ${index}\n`),
      );
    }
    await git(writer, "push", "-q");
    expect(simulator.services.repository.ref("refs/heads/main")).toBe(ids[2]);
    await git(reader, "pull", "-q", "--ff-only");
    expect(await git(reader, "rev-parse", "HEAD")).toBe(ids[2]);
    await git(reader, "fsck", "--strict");
    expect(filesOf(reader)).toEqual(filesOf(writer));
  });

  it.each(["0", "2"])("clones one commit deep, deepens and completes, by protocol %s", async (version) => {
    const writer = await clone("writer");
    for (let index = 0; index < 4; index += 1) await commit(writer, "log.txt", `${index}\n`);
    await git(writer, "push", "-q");
    const shallow = await clone("shallow", "--depth", "1", "-c", `protocol.version=${version}`);
    const count = () => git(shallow, "rev-list", "--count", "HEAD");
    expect([await count(), await git(shallow, "rev-parse", "--is-shallow-repository")]).toEqual(["1", "true"]);
    await git(shallow, "fetch", "-q", "--depth", "3");
    expect(await count()).toBe("3");
    await commit(writer, "log.txt", "last\n");
    await git(writer, "push", "-q");
    await git(shallow, "pull", "-q", "--ff-only");
    expect(await count()).toBe("4");
    await git(shallow, "fetch", "-q", "--unshallow");
    expect([await count(), await git(shallow, "rev-parse", "--is-shallow-repository")]).toEqual(["6", "false"]);
    await git(shallow, "fsck", "--strict");
  });

  it("pushes branches and tags, and deletes them, but not the branch that all clone", async () => {
    const writer = await clone("writer");
    await git(writer, "checkout", "-q", "-b", "release/1");
    const id = await commit(writer, "note.txt", "a release\n");
    await git(writer, "tag", "-a", "v1", "-m", "one");
    await git(writer, "push", "-q", "origin", "release/1", "v1");
    const reader = await clone("reader", "--branch", "v1");
    expect(await git(reader, "rev-parse", "HEAD")).toBe(id);
    await git(writer, "push", "-q", "origin", ":release/1", ":v1");
    expect(await git(folder.path, "ls-remote", url(), "refs/heads/*", "refs/tags/*")).toMatch(
      /^\w+\trefs\/heads\/main$/,
    );
    await expect(git(writer, "push", "-q", "origin", ":main")).rejects.toThrow(/deletion of the current branch/);
  });

  it("refuses a push upon what is no longer the head, and takes it when forced", async () => {
    const [first, second] = [await clone("first"), await clone("second")];
    await commit(first, "a.txt", "first\n");
    await git(first, "push", "-q");
    const id = await commit(second, "a.txt", "second\n");
    await expect(git(second, "push", "-q")).rejects.toThrow(/rejected/);
    await git(second, "push", "-q", "--force");
    expect(simulator.services.repository.ref("refs/heads/main")).toBe(id);
  });

  it("takes large files that change a little: deltas", async () => {
    const writer = await clone("writer");
    const lines = Array.from(
      { length: 20_000 },
      (_, index) => `line ${index} ${(index * 2_654_435_761) % 4_294_967_296}`,
    );
    await commit(writer, "big.txt", lines.join("\n"));
    await git(writer, "push", "-q");
    await commit(writer, "big.txt", lines.with(777, "changed").toSpliced(5_000, 3).join("\n"));
    await commit(writer, "big.txt", [...lines, "at the end"].join("\n"));
    await git(writer, "push", "-q");
    const reader = await clone("reader");
    expect(filesOf(reader)).toEqual(filesOf(writer));
    expect(await git(reader, "show", "HEAD~1:big.txt")).toContain("changed");
  });

  it("survives a restart of the server", async () => {
    await simulator.close();
    const stateDirectory = join(folder.path, "state");
    simulator = await startSimulator({ stateDirectory });
    const writer = await clone("writer");
    const id = await commit(writer, "kept.txt", "kept\n");
    await git(writer, "push", "-q");
    const { clock } = simulator;
    await simulator.close();
    simulator = await startSimulator({ stateDirectory, clock });
    expect(await git(await clone("reader"), "rev-parse", "HEAD")).toBe(id);
  });

  it("wants the token that the scenario names", async () => {
    await simulator.close();
    simulator = await startSimulator({ scenario: { git: { token: "open-sesame" } } });
    await expect(git(folder.path, "ls-remote", url())).rejects.toThrow(/could not read Username/);
    await expect(git(folder.path, "ls-remote", url("any:wrong@"))).rejects.toThrow(/Authentication failed/);
    expect(await git(folder.path, "ls-remote", url("any:open-sesame@"))).toContain("refs/heads/main");
  });

  it("says in git's words what it does not serve", async () => {
    await expect(git(folder.path, "clone", "-q", "--shallow-since=2020-01-01", url(), "x")).rejects.toThrow(
      /deepen-since.* is not served here|does not support --shallow-since/,
    );
    await expect(git(folder.path, "ls-remote", `${simulator.url}/git/other.git`)).rejects.toThrow(/not found/);
  });
});

describe("the source tree", () => {
  it("gives the files at a branch's head, and its commit", () => {
    const source = simulator.services.repository.source("main");
    expect(source?.revision).toBe(simulator.services.repository.ref("refs/heads/main"));
    expect(source?.readFile("apps/shop/budget.yaml")).toBe(readFileSync(join(FLEET, "apps/shop/budget.yaml"), "utf8"));
    expect(source?.readFile("apps/shop")).toBeUndefined();
    expect(source?.readFile("apps/shop/budget.yaml/more")).toBeUndefined();
    expect(simulator.services.repository.source("other")).toBeUndefined();
  });
});

describe("Flux", () => {
  const find = (reference: Record<string, string>) =>
    findSource(simulator.services.repository, { url: "https://git.example.com/fleet", reference });

  it("finds branches and commits, and says in its own words what is not there", () => {
    const id = simulator.services.repository.ref("refs/heads/main") ?? "";
    const found = find({});
    expect(found).toMatchObject({ revision: `main@sha1:${id}` });
    expect("files" in found && found.files()).toEqual(filesOf(FLEET).map(([path]) => path));
    expect(find({ commit: id, branch: "other" })).toMatchObject({ revision: `sha1:${id}` });
    expect(find({ branch: "other" })).toEqual({
      failure: { reason: "GitOperationFailed", message: expect.stringContaining(`ref "refs/heads/other"`) },
    });
  });

  it("commits what its image automation changes", () => {
    const { repository } = simulator.services;
    const files = new Map([
      ["apps/shop/deployment.yaml", "kind: Deployment\n"],
      ["apps/new/deep/note.yaml", "kind: Note\n"],
    ]);
    const id = commitFiles(repository, { branch: "main", message: "update", files, atMs: simulator.world.nowMs });
    const source = repository.source("main");
    expect(source?.revision).toBe(id);
    for (const [path, text] of files) expect(source?.readFile(path)).toBe(text);
    expect(source?.readFile("apps/shop/budget.yaml")).toContain("PodDisruptionBudget");
  });
});

describe("a push that is damaged", () => {
  it.each([
    ["no pack", Buffer.from("PACK")],
    ["a wrong checksum", Buffer.concat([Buffer.from("PACK\0\0\0\x02\0\0\0\0"), Buffer.alloc(20)])],
  ])("changes nothing: %s", async (_what, pack) => {
    const { repository } = simulator.services;
    const before = repository.refs();
    const command = `${before[0]?.[1]} ${"1".repeat(40)} refs/heads/main\0report-status`;
    const head = `${(command.length + 4).toString(16).padStart(4, "0")}${command}0000`;
    const body = Buffer.concat([Buffer.from(head, "latin1"), pack]);
    const response = await fetch(`${url()}/git-receive-pack`, { method: "POST", body });
    expect(await response.text()).toMatch(/unpack the pack.*ng refs\/heads\/main unpacker error/s);
    expect(repository.refs()).toEqual(before);
  });
});
