/** The clock of a run, and messages to the user while the run waits. */
export interface Watch {
  now(): Date;
  /** Ends after these seconds. @param why the reason that the user is told */
  pause(seconds: number, why: string): Promise<void>;
  /** Ends after these seconds, and the user is told nothing. */
  sleep(seconds: number): Promise<void>;
  /**
   * Begins to wait for an answer. @param what the thing that the user is told if it takes long @returns a function to
   * call when the answer has arrived
   */
  waitFor(what: string): () => void;
}
