/** The time of a run, and how reports show times. */
export interface Clock {
  now(): Date;
  /** The time in the zone that the options name, with its offset from UTC. */
  show(time: Date): string;
}
