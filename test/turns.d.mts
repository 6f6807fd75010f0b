export declare const sets: readonly {
  /** The capability that each side judges. */
  readonly about: string;
  /** Paths of suites below test/, without `.test.ts`. */
  readonly sides: readonly (readonly string[])[];
}[];

export declare function drawWaiting(random?: () => number): string[];

export declare function sayWaiting(waiting: readonly string[]): string;
