/**
 * The lines of an option, and the way back to them. A value alone would not do: `$my_ip`, quotes and several lines of one
 * value are read to something else than what stands there.
 */
import { isOtherwiseSame, withTexts, type Edit } from './edit';
import { optionKeys, settingKey, type OsloConfig, type OsloOption } from './effective';
import { parseOsloFile, sectionKey, type Entry, type OsloFile } from './file';
import {
  addLineAt,
  addLinesToSection,
  applyChanges,
  hasSection,
  removeEmptySection,
  removeEntry,
  replaceEntry,
  textOfEntry,
  type Change,
} from './write';

/** One mention of an option. */
export interface OptionLine {
  /** Of the file. */
  readonly path: string;
  readonly section: string;
  /** The line's number in the file, from 1. */
  readonly line: number;
  /** The line's bytes without its end. A value may have several lines. */
  readonly text: string;
  /** The section was made for it. */
  readonly isNewSection?: true | undefined;
}

type Files = Pick<OsloConfig, 'files'>;

/** By all names of the option, in all files. */
export function linesOfOption(option: OsloOption, { files }: Files): readonly OptionLine[] {
  const once = [...new Map(files.map((file) => [file.path, file])).values()];
  return once.flatMap((file) =>
    entriesOf(option, file).map((entry) => ({
      path: file.path,
      section: entry.section,
      line: entry.line,
      text: textOfEntry(file, entry),
    })),
  );
}

/** The lines of `after`; those whose section was made for them say so. @param known lines of an earlier edit */
export function writtenLines(
  option: OsloOption,
  before: Files,
  after: Files,
  known: readonly OptionLine[] = [],
): readonly OptionLine[] {
  return linesOfOption(option, after).map((line) => {
    const file = before.files.find(({ path }) => path === line.path);
    const wasMade = known.some(
      ({ path, section, isNewSection }) => isNewSection && path === line.path && section === line.section,
    );
    return file && hasSection(file, line.section) && !wasMade ? line : { ...line, isNewSection: true };
  });
}

/** Wherever in their files they stand. */
export const areSameLines = (left: readonly OptionLine[], right: readonly OptionLine[]): boolean =>
  JSON.stringify(left.map(wordsOf)) === JSON.stringify(right.map(wordsOf));

/** True if the lines of each file are those of one of these states. So a change that reached only some files is found. */
export function areEachOf(lines: readonly OptionLine[], states: readonly (readonly OptionLine[])[]): boolean {
  const paths = new Set([lines, ...states].flat().map(({ path }) => path));
  const inFile = (all: readonly OptionLine[], path: string) => all.filter((line) => line.path === path);
  return [...paths].every((path) => states.some((state) => areSameLines(inFile(lines, path), inFile(state, path))));
}

const wordsOf = ({ path, section, text }: OptionLine): readonly string[] => [path, section, text];

/** @param goal lines of these files; their order within a file counts */
export function bringLinesBack(
  option: OsloOption,
  config: OsloConfig,
  { goal, written }: { readonly goal: readonly OptionLine[]; readonly written: readonly OptionLine[] },
  mayEdit: (path: string) => boolean,
): Edit {
  const name = `[${option.section}] ${option.name}`;
  const missing = goal.find(({ path }) => !config.files.some((file) => file.path === path));
  if (missing) return { is: 'refused', why: `${missing.path}, which set ${name}, is none that the service reads now` };
  const texts = new Map<string, string>();
  for (const file of config.files) {
    if (texts.has(file.path)) continue;
    const text = textWith(option, file, ofFile(goal, file), ofFile(written, file));
    if (text !== file.text) texts.set(file.path, text);
  }
  const locked = [...texts.keys()].find((path) => !mayEdit(path));
  if (locked !== undefined) return { is: 'refused', why: `${locked} sets ${name}, and may not be edited` };
  const after = withTexts(config, texts);
  if (!isOtherwiseSame(option, config, after) || !areSameLines(linesOfOption(option, after), goal))
    return {
      is: 'refused',
      why: `the lines of ${name} can't be brought back without a change of others; do it by hand`,
    };
  return texts.size === 0 ? { is: 'unchanged' } : { is: 'edited', texts };
}

const ofFile = (lines: readonly OptionLine[], { path }: OsloFile): readonly OptionLine[] =>
  lines.filter((line) => line.path === path);

const entriesOf = (option: OsloOption, file: OsloFile): readonly Entry[] => {
  const own = new Set(optionKeys(option, file.python));
  return file.entries.filter((entry) => own.has(settingKey(entry, file.python)));
};

function textWith(
  option: OsloOption,
  file: OsloFile,
  goal: readonly OptionLine[],
  written: readonly OptionLine[],
): string {
  const key = (section: string): string => sectionKey(section, file.python);
  const entries = entriesOf(option, file);
  const isInPlace =
    entries.length === goal.length && entries.every(({ section }, index) => section === goal[index]?.section);
  const changes = entries.map((entry, index) => {
    const line = isInPlace ? goal[index] : undefined;
    return line ? replaceEntry(file, entry, line.text) : removeEntry(file, entry);
  });
  let now = changed(file, changes);
  if (isInPlace) return now.text;
  // Each at the number that it had: where nobody wrote meanwhile, that is its old place.
  for (const line of goal.toSorted((a, b) => a.line - b.line)) now = changed(now, [additionOf(line, now)]);
  for (const { section, isNewSection } of written) {
    const isWanted = goal.some((line) => key(line.section) === key(section));
    const change = isNewSection && !isWanted ? removeEmptySection(now, section) : undefined;
    if (change) now = changed(now, [change]);
  }
  return now.text;
}

const changed = (file: OsloFile, changes: readonly Change[]): OsloFile =>
  parseOsloFile(file.path, applyChanges(file.text, changes), file.python);

function additionOf({ section, line, text }: OptionLine, file: OsloFile): Change {
  const head = file.sections.findLast((each) => each.line < line);
  const isInValue = file.entries.some(({ pieces }) => pieces.slice(1).some((piece) => piece.line === line));
  return head?.name === section && line <= file.lines.length && !isInValue
    ? addLineAt(file, line, text)
    : addLinesToSection(file, section, [text]);
}
