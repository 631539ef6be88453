/** The list of routes as the server gives it: lines of resource, methods and path. */

export interface Route {
  readonly resource: string;
  readonly methods: readonly string[];
  readonly path: string;
}

/** A line such as `nodes   GET,HEAD,OPTIONS   /api/v4/nodes/`; null if it is none. */
export function routeOf(line: string): Route | null {
  const [, resource, methods, path] = /^(\S+)\s+([A-Z,]+)\s+(\S+)$/.exec(line.trim()) ?? [];
  if (resource === undefined || methods === undefined || path === undefined) return null;
  const told = methods.split(",").filter((method) => method !== "HEAD" && method !== "OPTIONS");
  return { resource, methods: told, path: path.replace(/\/$/, "") };
}

/** The routes whose path has a text, by resource. */
export function byResource(
  lines: readonly string[],
  text: string,
): readonly (readonly [string, readonly Route[]])[] {
  const found = new Map<string, Route[]>();
  for (const line of lines) {
    const route = routeOf(line);
    if (!route?.path.includes(text.trim().toLowerCase())) continue;
    const others = found.get(route.resource) ?? [];
    if (!others.some((other) => other.path === route.path)) others.push(route);
    found.set(route.resource, others);
  }
  return [...found].filter(([, routes]) => routes.length > 0);
}
