/** Finds where stackward.yaml keeps the journal, before a command runs. */
import { CommanderError, type Command } from 'commander';
import { findText, getText } from '../adapters/files/files';
import { asStackwardError } from '../lib/basics/errors';
import { printable } from '../lib/basics/printable';
import { defaultFile, journalIn } from './config';
import type { JournalStore } from '../adapters/process/journal-store';
import type { ConfiguredJournal, JournalOptions, OutputOptions } from './options';
import { endWith } from './run';
import { complain } from './terminal';

/**
 * @param holder has the option --journal, which was not given: the command itself, or its parent
 * @throws CommanderError if the command must not run; its message is printed already
 */
export async function placeJournal(holder: Command): Promise<void> {
  const options = holder.opts<JournalOptions & OutputOptions & { readonly config?: string }>();
  await endWith(options, async () => {
    const configured = await findJournal(options.config);
    if (configured === undefined) return 0;
    holder.setOptionValue('journal', configured.folder);
    holder.setOptionValue('configuredJournal', configured);
    return 0;
  });
  if (process.exitCode === 1) throw new CommanderError(1, 'stackward.journal', 'told');
}

async function findJournal(config: string | undefined): Promise<ConfiguredJournal | undefined> {
  const text = config === undefined ? findText(defaultFile) : getText(config);
  const journal = text?.includes('journal') === true ? journalIn(text, config ?? defaultFile) : undefined;
  if (journal === undefined) return undefined;
  if (typeof journal === 'string') return { folder: journal };
  const { JournalStore } = await import('../adapters/process/journal-store.js');
  const { fetchBeforeReading } = await import('../adapters/files/run-store.js');
  const store = new JournalStore(journal.folder, journal);
  fetchBeforeReading(journal.folder, () => fetchRuns(store));
  return { folder: journal.folder, store };
}

/** Without the store, what only reads goes on. A run that changes something is refused when it is begun. */
function fetchRuns(store: JournalStore): void {
  const warn = (where: string, message: string): void =>
    complain(`Warning: ${printable(where)}\n  ${printable(message)}\n`);
  try {
    for (const { where, message } of store.get()) warn(where, message);
  } catch (error) {
    const { detail } = asStackwardError(error);
    warn('journal', `runs of other machines may be missing here: ${detail}`);
  }
}
