/** Where things are changed, and what was there before. */

/** One database, one API endpoint or one host. Prints as `database:neutron`, `api:<cloud>`, `host:<name>`. */
export type Target = `${'database' | 'api' | 'host'}:${string}`;

/** stackward's own schema, which has the ownership table. */
export const recordsTarget = 'database:stackward';

/** Where things of a kind may be, that marks its things so. */
export const mayHold = (ownership: 'host' | 'database' | 'key', target: Target): boolean =>
  ownership === 'host' ? target.startsWith('host:') : ownership === 'database' && target === recordsTarget;

export const hostTarget = (host: string): Target => `host:${host}`;

/** The state of a thing before a step: a kind's own JSON. */
export type Image = Readonly<Record<string, unknown>>;

/** The state of a thing on one target before a run. */
export interface Before {
  readonly target: Target;
  readonly image: Image;
}
