import { type BicepDeclaration, type BicepFile, memberAt } from "./bicep-file.ts";
import { type BicepProject, declared, resolvePath } from "./bicep-project.ts";

/** Functions and decorators of Bicep that this repository uses; a name that is not among them is a typing error. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...["allowed", "description", "export", "maxLength", "maxValue", "metadata", "minLength", "minValue", "secure"],
  ...["bool", "cidrSubnet", "concat", "empty", "environment", "guid", "join", "last", "length"],
  ...["loadJsonContent", "loadTextContent", "readEnvironmentVariable", "resourceGroup", "split", "subscription"],
  ...["subscriptionResourceId", "substring", "take", "tenant", "toLower", "union", "uniqueString"],
]);
const FILE_FUNCTIONS = ["loadJsonContent", "loadTextContent"];
/** What every module has beside its outputs. */
const MODULE_MEMBERS = ["outputs", "name"];

/** What does not resolve in a project, `path:line sentence` each: names, modules with their parameters and outputs, files. */
export function symbolMistakes(project: BicepProject): string[] {
  return [...project.files].flatMap(([path, file]) => {
    const found =
      file.using === undefined ? templateMistakes(project, path, file) : parameterMistakes(project, path, file);
    const syntax = file.syntaxErrors.map((line) => ({ line, sentence: "is no Bicep" }));
    const names = nameMistakes(file);
    return [...syntax, ...names, ...fileMistakes(project, path, file), ...found].map(
      ({ line, sentence }) => `${path}:${line} ${sentence}`,
    );
  });
}

interface Mistake {
  readonly line: number;
  readonly sentence: string;
}

function nameMistakes(file: BicepFile): Mistake[] {
  const names = new Set(file.declarations.map(({ name }) => name));
  const used = new Set(file.uses.map(({ path }) => path[0]));
  const unknown = file.uses.flatMap(({ path, line, called }) => {
    const [name = ""] = path;
    if (called ? FUNCTIONS.has(name) : names.has(name)) return [];
    return [{ line, sentence: `${called ? "calls" : "uses"} ${name}, which is not there` }];
  });
  const unused = declared(file, "param", "var", "import")
    .filter(({ name }) => file.using === undefined && !used.has(name))
    .map(({ name, kind, line }) => ({ line, sentence: `${kind} ${name} is not used` }));
  const twice = file.declarations.filter(
    ({ name, kind }, index) =>
      kind !== "output" &&
      file.declarations.findIndex((other) => other.kind !== "output" && other.name === name) !== index,
  );
  return [...unknown, ...unused, ...twice.map(({ name, line }) => ({ line, sentence: `${name} is there twice` }))];
}

function templateMistakes(project: BicepProject, path: string, file: BicepFile): Mistake[] {
  return [
    ...declared(file, "import").flatMap((imported) => importMistakes(project, path, imported)),
    ...declared(file, "module").flatMap((module) => moduleMistakes(project, path, file, module)),
  ];
}

function importMistakes(project: BicepProject, path: string, { name, type, line }: BicepDeclaration): Mistake[] {
  const source = project.files.get(resolvePath(path, type));
  const exported = source?.declarations.some((one) => one.name === name && one.decorators.includes("@export()"));
  return exported ? [] : [{ line, sentence: `imports ${name}, which ${type} does not export` }];
}

function moduleMistakes(project: BicepProject, path: string, file: BicepFile, module: BicepDeclaration): Mistake[] {
  const { name, type, line } = module;
  const target = project.files.get(resolvePath(path, type));
  if (!target) return [{ line, sentence: `module ${name} is ${type}, which is not there` }];
  const params = memberAt(module.body, "params");
  const given = params?.kind === "object" ? params.members : [];
  const wanted = declared(target, "param");
  const outputs = new Set(declared(target, "output").map((output) => output.name));
  const asked = file.uses.filter((use) => use.path[0] === name && use.path.length > 1);
  return [
    ...wrongParameters(given, wanted, line, `module ${name}`),
    ...asked
      .filter(({ path: [, member = "", output = ""] }) =>
        member === "outputs" ? !outputs.has(output) : !MODULE_MEMBERS.includes(member),
      )
      .map((use) => ({ line: use.line, sentence: `asks ${use.path.join(".")}, which ${type} does not give` })),
    ...(isScoped(module) || target.targetScope === file.targetScope
      ? []
      : [{ line, sentence: `module ${name} is for a ${target.targetScope}, and has no scope` }]),
  ];
}

function isScoped(module: BicepDeclaration): boolean {
  return memberAt(module.body, "scope") !== undefined;
}

function wrongParameters(
  given: ReadonlyArray<{ readonly name: string; readonly line: number }>,
  wanted: readonly BicepDeclaration[],
  line: number,
  subject: string,
): Mistake[] {
  const names = new Set(given.map(({ name }) => name));
  const known = new Set(wanted.map(({ name }) => name));
  return [
    ...given
      .filter(({ name }) => !known.has(name))
      .map((one) => ({ line: one.line, sentence: `${subject} has no parameter ${one.name}` })),
    ...wanted
      .filter(({ name, optional }) => !optional && !names.has(name))
      .map(({ name }) => ({ line, sentence: `${subject} wants the parameter ${name}` })),
  ];
}

function parameterMistakes(project: BicepProject, path: string, file: BicepFile): Mistake[] {
  const using = file.using ?? "";
  const target = project.files.get(resolvePath(path, using));
  if (!target) return [{ line: 1, sentence: `is for ${using}, which is not there` }];
  const wanted = declared(target, "param");
  const notAllowed = declared(file, "param").filter(({ name, body }) => {
    const allowed = wanted.find((one) => one.name === name)?.decorators.find((one) => one.startsWith("@allowed"));
    return body?.kind === "text" && allowed !== undefined && !allowed.includes(`'${body.text}'`);
  });
  return [
    ...wrongParameters(declared(file, "param"), wanted, 1, using),
    ...notAllowed.map(({ name, line }) => ({ line, sentence: `${name} is none of what ${using} allows` })),
  ];
}

function fileMistakes(project: BicepProject, path: string, file: BicepFile): Mistake[] {
  return filesLoaded(file)
    .filter(({ text }) => !project.others.has(resolvePath(path, text)))
    .map(({ text, line }) => ({ line, sentence: `loads ${text}, which is not there` }));
}

function filesLoaded(file: BicepFile): Array<{ text: string; line: number }> {
  const found: Array<{ text: string; line: number }> = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    const call = value as { kind?: string; name?: string; args?: ReadonlyArray<{ text?: string }>; line?: number };
    if (call.kind === "call" && FILE_FUNCTIONS.includes(call.name ?? "")) {
      found.push({ text: call.args?.[0]?.text ?? "", line: call.line ?? 0 });
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  for (const { body } of file.declarations) visit(body);
  return found;
}
