/** The paths of all members of a value: `properties.agentPoolProfiles[].name`. Members that are undefined do not count. */
export function pathsOf(value: unknown, path = "", found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    for (const item of value) pathsOf(item, `${path}[]`, found);
  } else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const inner = path === "" ? name : `${path}.${name}`;
      found.add(inner);
      pathsOf(member, inner, found);
    }
  }
  return found;
}

/**
 * The members of a body that an SDK's deserializer takes notice of. A member that it hands on as it is (a map of tags, say)
 * is recognised with everything in it.
 */
export function membersReadBy(deserialize: (item: unknown) => unknown): (body: unknown) => Set<string> {
  return (body) => {
    const read = new Set<string>();
    const looked = new Set<string>();
    deserialize(watched(body, "", read, looked));
    for (const path of pathsOf(body)) {
      const owner = path.replace(/(?:\[\])*\.[^.]+$/, "").replace(/(?:\[\])+$/, "");
      const isInsideUnread = read.has(owner) && !looked.has(owner);
      if (isInsideUnread) read.add(path);
    }
    return read;
  };
}

/** An object that notes which of its members are asked for. `looked` gets the paths of objects that were opened at all. */
function watched(value: unknown, path: string, read: Set<string>, looked: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => watched(item, `${path}[]`, read, looked));
  const pathOf = (name: PropertyKey) => (path === "" ? String(name) : `${path}.${String(name)}`);
  const owner = path.replace(/(?:\[\])+$/, "");
  return new Proxy(value, {
    get(target, name) {
      looked.add(owner);
      read.add(pathOf(name));
      return watched(Reflect.get(target, name), pathOf(name), read, looked);
    },
    ownKeys(target) {
      looked.add(owner);
      for (const name of Reflect.ownKeys(target)) read.add(pathOf(name));
      return Reflect.ownKeys(target);
    },
  });
}

interface Mapper {
  readonly type: {
    readonly name: string;
    readonly className?: string;
    readonly uberParent?: string;
    readonly modelProperties?: Readonly<Record<string, Mapper & { readonly serializedName?: string }>>;
    readonly element?: Mapper;
    readonly value?: Mapper;
  };
}

/** The members that an SDK's mapper of this name has; `*` stands for any name in a map. */
export function membersOfMapper(mappers: unknown, name: string): Set<string> {
  const all = mappers as Readonly<Record<string, Mapper>>;
  const known = new Set<string>();
  collect(all, all[name], "", known, 0);
  return new Proxy(known, {
    get(target, member) {
      if (member === "has") return (path: string) => isKnown(target, path);
      return Reflect.get(target, member);
    },
  });
}

function isKnown(known: ReadonlySet<string>, path: string): boolean {
  if (known.has(path)) return true;
  return [...known].some(
    (pattern) =>
      pattern.includes("*") && new RegExp(`^${pattern.replace(/[.[\]]/g, "\\$&").replaceAll("*", ".+")}$`).test(path),
  );
}

function collect(
  all: Readonly<Record<string, Mapper>>,
  mapper: Mapper | undefined,
  path: string,
  known: Set<string>,
  depth: number,
): void {
  if (!mapper || depth > 12) return;
  const { type } = mapper;
  if (type.element) collect(all, type.element, `${path}[]`, known, depth + 1);
  if (type.name === "Dictionary") {
    known.add(`${path}.*`);
    collect(all, type.value, `${path}.*`, known, depth + 1);
  }
  const model = type.modelProperties ? type : type.className === undefined ? undefined : all[type.className]?.type;
  for (const member of Object.values(model?.modelProperties ?? {})) {
    const serialized = (member.serializedName ?? "").replaceAll("\\.", ".");
    const inner = path === "" ? serialized : `${path}.${serialized}`;
    for (let at = inner.indexOf("."); at !== -1; at = inner.indexOf(".", at + 1)) known.add(inner.slice(0, at));
    known.add(inner);
    collect(all, member, inner, known, depth + 1);
  }
}
