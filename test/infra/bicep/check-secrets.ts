import type { BicepDeclaration, BicepFile, BicepValue } from "./bicep-file.ts";
import { type BicepProject, declared, resolvePath } from "./bicep-project.ts";

/** Where a secure parameter may go: the value of a secret in a vault, and a condition that looks whether it is there. */
const VAULT_SECRET = /^Microsoft\.KeyVault\/vaults\/secrets@/;

/**
 * Secure parameters that go anywhere but into a secret of a vault, or into a module's parameter that is not secure; and keys
 * of services, which nothing here may ask for.
 */
export function secretMistakes(project: BicepProject): string[] {
  return [...project.files].flatMap(([path, file]) => {
    const secure = new Set(
      declared(file, "param")
        .filter(({ decorators }) => decorators.includes("@secure()"))
        .map(({ name }) => name),
    );
    const keys = file.uses.filter(({ path: names }) =>
      names.some((name) => /^list(?:Keys|Secrets|Account)/.test(name)),
    );
    return [
      ...keys.map(({ path: names, line }) => `${path}:${line} asks for keys: ${names.join(".")}`),
      ...file.declarations.flatMap((declaration) => leaks(project, path, declaration, secure)),
    ];
  });
}

function leaks(
  project: BicepProject,
  path: string,
  declaration: BicepDeclaration,
  secure: ReadonlySet<string>,
): string[] {
  if (declaration.kind === "param" || !declaration.body) return [];
  const target = declaration.kind === "module" ? project.files.get(resolvePath(path, declaration.type)) : undefined;
  return placesOf(declaration.body, secure).flatMap(({ at, line }) => {
    const isKept =
      declaration.kind === "resource" && VAULT_SECRET.test(declaration.type) && at.join(".") === "properties.value";
    const isPassedOn = at[0] === "params" && target !== undefined && isSecure(target, at[1] ?? "");
    return isKept || isPassedOn ? [] : [`${path}:${line} a secret goes into ${[declaration.name, ...at].join(".")}`];
  });
}

function isSecure(file: BicepFile, parameter: string): boolean {
  return declared(file, "param").some(({ name, decorators }) => name === parameter && decorators.includes("@secure()"));
}

/** Where names are referred to inside a value; what only asks whether one is empty is no use of it. */
function placesOf(
  value: BicepValue,
  names: ReadonlySet<string>,
  at: string[] = [],
): Array<{ at: string[]; line: number }> {
  switch (value.kind) {
    case "reference":
      return names.has(value.path[0] ?? "") ? [{ at, line: value.line }] : [];
    case "object":
      return value.members.flatMap((member) => placesOf(member.value, names, [...at, member.name]));
    case "array":
      return value.items.flatMap((item) => placesOf(item, names, at));
    case "template":
      return value.parts.flatMap((part) => placesOf(part, names, at));
    case "choice":
      return value.options.flatMap((option) => placesOf(option, names, at));
    case "loop":
      return placesOf(value.body, names, at);
    case "call":
      return value.name === "empty" ? [] : value.args.flatMap((arg) => placesOf(arg, names, at));
    default:
      return [];
  }
}
