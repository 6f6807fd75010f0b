/** Values of which some are known only after Terraform's apply. A path is written `spec.pools[0].start`. Pure. */

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The paths of all leaves that are `true`, in order.
 * @param flags of the same shape as the value; its depth must be bounded
 * @param path of the value itself
 */
export function unknownPaths(flags: unknown, path: string): string[] {
  if (flags === true) return [path];
  if (Array.isArray(flags)) return flags.flatMap((item, index) => unknownPaths(item, `${path}[${index}]`));
  if (isMap(flags))
    return Object.keys(flags)
      .sort()
      .flatMap((key) => unknownPaths(flags[key], `${path}.${key}`));
  return [];
}

/**
 * The path of the first value that was known then and is another now; undefined if there is none.
 * @param unknown the paths of the values that were not known then
 */
export function findOtherValue(
  then: unknown,
  now: unknown,
  path: string,
  unknown: ReadonlySet<string>,
): string | undefined {
  if (unknown.has(path)) return undefined;
  // Terraform leaves unknown values out, also a whole object of them.
  const isLeftOut = then === undefined && unknown.size > 0;
  if (Array.isArray(now) && (Array.isArray(then) || isLeftOut)) {
    const before = Array.isArray(then) ? then : [];
    for (let index = 0; index < Math.max(before.length, now.length); index++) {
      const found = findOtherValue(before[index], now[index], `${path}[${index}]`, unknown);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (isMap(now) && (isMap(then) || isLeftOut)) {
    const before = isMap(then) ? then : {};
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
      const found = findOtherValue(before[key], now[key], `${path}.${key}`, unknown);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  return (then ?? null) === (now ?? null) ? undefined : path;
}
