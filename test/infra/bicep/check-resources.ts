import { type BicepDeclaration, type BicepFile, memberAt } from "./bicep-file.ts";
import { type BicepProject, declared, resolvePath } from "./bicep-project.ts";
import { longestText } from "./longest-text.ts";
import { LONGEST_MODULE_NAME, type ResourceType } from "./resource-types.ts";

/** Types and API versions that are not in a list, and what is in the list and not used, `path:line sentence` each. */
export function typeMistakes(project: BicepProject, types: readonly ResourceType[]): string[] {
  const known = new Map(types.map(({ type, apiVersion }) => [type, apiVersion]));
  const used = new Set<string>();
  const mistakes = [...project.files].flatMap(([path, file]) =>
    declared(file, "resource").flatMap(({ name, type, line }) => {
      const [resourceType = "", apiVersion] = type.split("@");
      used.add(resourceType);
      if (known.get(resourceType) === apiVersion) return [];
      const wanted = known.get(resourceType);
      const sentence = wanted ? `is ${apiVersion}, elsewhere ${wanted}` : "is not a known type";
      return [`${path}:${line} resource ${name}: ${resourceType} ${sentence}`];
    }),
  );
  const unused = [...known.keys()].filter((type) => !used.has(type));
  return [...mistakes, ...unused.map((type) => `resource-types.ts:1 ${type} is not used`)];
}

/** Names that can become longer than their service takes, also by way of a module's parameter. */
export function nameMistakes(project: BicepProject, types: readonly ResourceType[]): string[] {
  const longest = new Map(types.map(({ type, longestName }) => [type, longestName]));
  return [...project.files].flatMap(([path, file]) => [
    ...declared(file, "resource").flatMap((resource) => {
      const most = longest.get(resource.type.split("@")[0] ?? "") ?? Number.POSITIVE_INFINITY;
      return tooLong(path, file, resource, most);
    }),
    ...declared(file, "module").flatMap((module) => [
      ...tooLong(path, file, module, LONGEST_MODULE_NAME),
      ...tooLongParameters(project, path, file, module),
    ]),
  ]);
}

function tooLong(path: string, file: BicepFile, declaration: BicepDeclaration, most: number): string[] {
  const name = memberAt(declaration.body, "name");
  if (!name || declaration.existing || most === Number.POSITIVE_INFINITY) return [];
  const length = longestText(name, file, declaration.loop);
  if (length <= most) return [];
  const subject = `${declaration.kind} ${declaration.name}`;
  return [`${path}:${name.line} the name of ${subject} can have ${lengthText(length)}; ${most} are allowed`];
}

function tooLongParameters(project: BicepProject, path: string, file: BicepFile, module: BicepDeclaration): string[] {
  const target = project.files.get(resolvePath(path, module.type));
  const params = memberAt(module.body, "params");
  if (!target || params?.kind !== "object") return [];
  return params.members.flatMap(({ name, value, line }) => {
    const most = maxLengthOf(target, name);
    // Names of resources that are there already are as long as their service took them to be.
    if (most === undefined || isNameOfSomethingThere(value)) return [];
    const length = longestText(value, file, module.loop);
    if (length <= most) return [];
    return [`${path}:${line} ${name} of module ${module.name} can have ${lengthText(length)}; ${most} are allowed`];
  });
}

function maxLengthOf(file: BicepFile, parameter: string): number | undefined {
  const decorators = declared(file, "param").find(({ name }) => name === parameter)?.decorators ?? [];
  const text = decorators.map((decorator) => /^@maxLength\((\d+)\)$/.exec(decorator)?.[1]).find(Boolean);
  return text === undefined ? undefined : Number(text);
}

/** The last part of a resource id, or what a module gave for its name. */
function isNameOfSomethingThere(value: NonNullable<BicepDeclaration["body"]>): boolean {
  if (value.kind === "reference") return value.path[1] === "outputs";
  return (
    value.kind === "call" && value.name === "last" && value.args[0]?.kind === "call" && value.args[0].name === "split"
  );
}

function lengthText(length: number): string {
  return length === Number.POSITIVE_INFINITY ? "any number of characters" : `${length} characters`;
}
