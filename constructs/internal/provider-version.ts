/** Versions of the provider: three numbers, as the registry lists them. */

/** The default, whose schema the bindings are made from. test/constructs/openstack-cloud.test.ts compares both. */
export const defaultVersion = '3.4.0';

export function isSupported(version: string): boolean {
  const number = versionNumber(version);
  return number >= 1_054_001 && number < 4_000_000;
}

export const isFrom = (version: string, first: string): boolean => versionNumber(version) >= versionNumber(first);

/** `1.54.1` as 1,054,001; NaN for anything but three numbers. */
function versionNumber(version: string): number {
  const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? [];
  return Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch);
}
