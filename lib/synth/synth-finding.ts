/** One thing to mend, at the construct that is to be changed. */
export interface SynthFinding {
  readonly path: string;
  readonly message: string;
}
