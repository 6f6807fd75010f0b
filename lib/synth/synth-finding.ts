/** A mistake in the code, at the construct that has to be changed. */
export interface SynthFinding {
  readonly path: string;
  readonly message: string;
}
