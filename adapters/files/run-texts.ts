/** The files of a run's folder as texts, as its archive has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../lib/basics/defined';
import type { RunTexts } from '../../lib/journal/archive';
import { maxJournalBytes } from '../../lib/journal/run-record';
import { findText } from './files';

/** A file in the folder of a run that an archive of the store made or completed. */
export const fetchedMark = 'fetched';

export function textsIn(folder: string): Omit<RunTexts, 'name'> {
  const report = findText(join(folder, 'report.json'), maxJournalBytes);
  const run = readFileSync(join(folder, 'run.json'), 'utf8');
  const results = findText(join(folder, 'results.jsonl'), maxJournalBytes) ?? '';
  return { run, results, ...defined({ report }) };
}
