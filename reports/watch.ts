/** The clock of a run, and who is told for what it waits. */
export interface Watch {
  now(): Date;
  /** Ends after these seconds. @param why is told to whoever waits */
  pause(seconds: number, why: string): Promise<void>;
  /** An answer is waited for. @param what is told to whoever waits long @returns to be called when the answer is there */
  waitFor(what: string): () => void;
}
