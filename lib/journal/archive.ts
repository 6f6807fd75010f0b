/**
 * The archive of a run: one JSON file with the texts of the run's files (docs/adr/0029-shared-journal.md). So it has no
 * paths, links or permissions that somebody could forge. Its texts are those of a stranger. Pure.
 */
import * as z from 'zod';
import '../basics/schema-words';
import { defined } from '../basics/defined';
import { printableJson } from '../basics/printable';
import { checked, maxJournalBytes, readJson } from './run-record';
import { parseAnyRun, type AnyRun } from './runbook-record';

/** A text of JSON in JSON has a backslash before each quote. */
export const maxArchiveBytes = 3 * maxJournalBytes;

const text = z.string().max(maxJournalBytes);

const archive = z.strictObject({
  formatVersion: z.literal('1.0', 'is of another version of stackward'),
  /** Name of the run. */
  name: z.string().max(100),
  /** run.json, results.jsonl and report.json. A run without `report` had not ended. */
  run: text,
  results: text,
  report: text.optional(),
});
export type RunTexts = Omit<z.infer<typeof archive>, 'formatVersion'>;

export const renderArchive = ({ name, run, results, report }: RunTexts): string =>
  `${printableJson({ formatVersion: '1.0', name, run, results, ...defined({ report }) })}\n`;

/**
 * @param name of the run, as the archive's file says it
 * @throws InvalidConfiguration that names the file and the field, also if the texts are no run
 */
export function parseArchive(told: string, name: string): { readonly texts: RunTexts; readonly run: AnyRun } {
  const where = `${name}.json`;
  const named = archive.extend({ name: z.literal(name, 'is not the name of the file') });
  const texts = checked(named, readJson(told, where), where);
  return { texts, run: parseAnyRun(name, texts.run, texts.results, texts.report) };
}
