/** The targets that are changed, and the former state of things there. */

/** One database, one API endpoint or one host. Prints as `database:neutron`, `api:<cloud>`, `host:<name>`. */
export type Target = `${'database' | 'api' | 'host'}:${string}`;

/** The target of stackward's own schema, which has the ownership table. */
export const recordsTarget = 'database:stackward';

/** True if things with this ownership may be left over on this target. */
export const mayHold = (ownership: 'host' | 'database' | 'key', target: Target): boolean =>
  ownership === 'host' ? target.startsWith('host:') : ownership === 'database' && target === recordsTarget;

export const hostTarget = (host: string): Target => `host:${host}`;

/** The name in the target of a host; undefined for a database or an API. */
export const hostOf = (target: Target): string | undefined =>
  target.startsWith('host:') ? target.slice('host:'.length) : undefined;

/** The state of a thing before a step, as JSON in the kind's own form. */
export type Image = Readonly<Record<string, unknown>>;

/** The state of a thing on one target before a run. */
export interface Before {
  readonly target: Target;
  readonly image: Image;
}
