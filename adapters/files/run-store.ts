/** The store of a journal, as the journal's folder sees it (docs/adr/0029-shared-journal.md). */
import type { RunTexts } from '../../lib/journal/archive';

/** What gets a run before anything is changed, and again when the run has ended. */
export interface RunStore {
  /** @throws InvalidConfiguration if the runs of other machines, or the runs here, are not known on both sides */
  prepare(): void;
  /** @returns why the store lacks the run */
  put(texts: RunTexts): string | undefined;
  forget(name: string): void;
}

/** Folder of a journal → what brings the runs of other machines there. A command that reads no run asks no store. */
const arrivals = new Map<string, () => void>();

/** @param fetch is called once, before the folder is first read */
export const fetchBeforeReading = (parent: string, fetch: () => void): void => void arrivals.set(parent, fetch);

/** Before the folder is read. */
export function arrive(parent: string): void {
  const fetch = arrivals.get(parent);
  arrivals.delete(parent);
  fetch?.();
}
