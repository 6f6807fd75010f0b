/** Nova's power states: the last report of a server's host to Nova. */

/** `?`: nobody reported it, or the host did not know it either. */
export const powers = ['?', 'running', 'paused', 'shut down', 'crashed', 'suspended'] as const;
export type Power = (typeof powers)[number];

const told: Readonly<Record<number, Power>> = {
  1: 'running',
  3: 'paused',
  4: 'shut down',
  6: 'crashed',
  7: 'suspended',
};

/** @param state Nova's number; 0 is "no state" */
export const powerOf = (state: number | undefined): Power => (state === undefined ? '?' : (told[state] ?? '?'));

export const isLifeless = (power: Power): boolean => power === 'shut down' || power === 'crashed';

export const sayLife = (power: Power): string =>
  power === '?' ? 'nobody reports whether it runs' : `by the last report of its host to Nova it is ${power}`;
