/**
 * Finds settings that a service reads differently from what their author meant. Pure.
 *
 * No warning contains a value. For a secret value it doesn't name a reference either, because the reference is a part
 * of the password.
 */
import { nearestNames } from '../basics/nearest';
import { printable } from '../basics/printable';
import { whereIs } from './account';
import { effective, type OsloConfig, type OsloOption } from './effective';
import { defaultSection, placeOf, sectionKey, type Entry, type Fault, type OsloFile, type Piece } from './file';
import { referencesIn } from './references';
import { resolve, type RegisteredOption } from './resolve';
import { ConfigValue } from './secret';

export type ConfigWarningCode =
  | 'refused file'
  | 'swallowed option'
  | 'reference'
  | 'line ends'
  | 'odd character'
  | 'unknown section'
  | 'unknown option'
  | 'shadowed';

export interface ConfigWarning extends Fault {
  readonly code: ConfigWarningCode;
}

/**
 * Names in files that the service doesn't know, with the similar names that it knows. Names without a similar one may
 * belong to a plug-in that nobody asked.
 */
export const misspeltNames = (config: OsloConfig, registered: readonly OsloOption[]): readonly ConfigWarning[] =>
  config.files.flatMap((file) => new Names(registered, file).misspelt());

/**
 * @param registered all options that the service registers; undefined if they are not known: then no name is called
 * wrong
 */
export function warningsOf(config: OsloConfig, registered?: readonly RegisteredOption[]): readonly ConfigWarning[] {
  return [
    ...config.files.flatMap((file) => [
      ...file.faults.map((fault): ConfigWarning => ({ code: 'refused file', ...fault })),
      ...lineEnds(file),
      ...file.entries.flatMap((entry) => [...swallowed(file, entry), ...oddCharacters(file, entry)]),
      ...(registered ? new Names(registered, file).warnings() : []),
    ]),
    ...references(config, registered),
    ...(registered ?? []).flatMap((option) => shadowed(option, config)),
  ];
}

const warn = (
  code: ConfigWarningCode,
  file: OsloFile,
  [line, offset]: readonly [number, number],
  message: string,
): ConfigWarning => ({ code, ...placeOf(file, line, offset), message });

const isSecret = (entry: Entry): boolean => new ConfigValue(entry, entry.value).isSecret;

const called = ({ section, name }: Pick<Entry, 'section' | 'name'>): string => printable(`[${section}] ${name}`);

function lineEnds(file: OsloFile): readonly ConfigWarning[] {
  const first = (pattern: RegExp) =>
    file.lines.findIndex(({ start, next }) => pattern.test(file.text.slice(start, next)));
  const returned = first(/\r\n$/);
  const lone = first(/\r(?!\n)/);
  const endOf = (index: number) => [index + 1, file.lines[index]?.end ?? 0] as const;
  const crlf =
    'the line ends with CRLF; oslo.config passes over that, scripts that read the file do not; save it with LF';
  const alone =
    'a carriage return stands alone: Python 3 takes it for a line end, Python 2 for a blank; save the file with LF';
  return [
    ...(returned < 0 ? [] : [warn('line ends', file, endOf(returned), crlf)]),
    ...(lone < 0 ? [] : [warn('line ends', file, endOf(lone), alone)]),
  ];
}

/**
 * `name = value`, such as `  my_ip = 192.0.2.1`. Lines with a ":" are not matched, because such lines also occur inside
 * of values of several lines.
 */
const assignment = /^([A-Za-z_][\w-]*)\s*=/;

function swallowed(file: OsloFile, entry: Entry): readonly ConfigWarning[] {
  return entry.pieces.slice(1).flatMap((piece: Piece) => {
    const name = assignment.exec(piece.text)?.[1];
    if (name === undefined) return [];
    const message = `the line is indented, so it is a part of the value of ${called(entry)}, and ${isSecret(entry) ? 'sets no option' : `"${name}" is not set`}; begin it at column 1`;
    return [warn('swallowed option', file, [piece.line, piece.start], message)];
  });
}

function oddCharacters(file: OsloFile, entry: Entry): readonly ConfigWarning[] {
  const odd = /[^\x20-\x7e]/u.exec(entry.name);
  if (!odd) return [];
  const code = (odd[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  const message = `the name of the option has the character U+${code}, so it is another option than it looks; type the name anew`;
  return [warn('odd character', file, [entry.line, entry.start + odd.index], message)];
}

function references(config: OsloConfig, registered: readonly RegisteredOption[] = []): readonly ConfigWarning[] {
  const broken = new Map<Entry, string>();
  for (const option of registered) {
    const resolved = resolve(option, config, registered);
    if (resolved.is !== 'broken') continue;
    for (const setting of effective(option, config).values)
      if (setting.from === 'file') broken.set(setting.entry, resolved.why);
  }
  return config.files.flatMap((file) =>
    file.entries.flatMap((entry) => {
      const [reference] = referencesIn(entry.value, config.era);
      const why = broken.get(entry);
      if (!reference || (!isSecret(entry) && why === undefined)) return [];
      const message = isSecret(entry)
        ? `the value of ${called(entry)} has a "$" that oslo.config takes for the name of an option: another text takes its place, or the service fails; write "$$" for it`
        : `the service fails where it asks for ${called(entry)}: ${printable(why ?? '')}; write "$$" for a "$" of the value`;
      const place = isSecret(entry) ? ([entry.line, entry.pieces[0].start] as const) : offsetIn(entry, reference.index);
      return [warn('reference', file, place, message)];
    }),
  );
}

/** The line and the offset of a character of the value. */
function offsetIn(entry: Entry, index: number): readonly [number, number] {
  let rest = index;
  for (const { line, text, textStart } of entry.pieces) {
    if (rest <= text.length) return [line, textStart + rest];
    rest -= text.length + 1;
  }
  return [entry.line, entry.start];
}

/** An option with several values overrides nothing in files. */
function shadowed(option: OsloOption, config: OsloConfig): readonly ConfigWarning[] {
  const { values, shadowed: losers } = effective(option, config);
  const [winner] = values;
  if (!winner) return [];
  return losers.flatMap((loser) => {
    if (loser.from !== 'file') return [];
    const by = winner.from === 'file' && winner.file === loser.file ? `line ${winner.entry.line}` : whereIs(winner);
    const message = `this line of ${called(loser.entry)} does not count, because ${by} sets the option too, and wins; delete one of them`;
    return [warn('shadowed', loser.file, [loser.entry.line, loser.entry.start], message)];
  });
}

/** Options of keystoneauth's plug-ins, which may be in any section that logs in. */
const ofAuthPlugin =
  /^(auth_\w+|user(name|_id|_domain_(id|name))?|password|passcode|token|tenant_(id|name)|(project|default)_(domain_)?(id|name)|domain_(id|name)|trust_id|system_scope|region_name|endpoint\w*|interface|valid_interfaces|\w*identity\w*|service_(type|name)|\w*version|cafile|certfile|keyfile|insecure|timeout|collect_timing|split_loggers|\w*retr\w*)$/;

/** Compares the names in one file with the names that the service registers. */
class Names {
  private readonly bySection = new Map<string, Set<string>>();
  private readonly sections = new Set<string>();

  constructor(
    registered: readonly OsloOption[],
    private readonly file: OsloFile,
  ) {
    for (const { former = [], ...present } of registered)
      for (const { section, name } of [present, ...former]) {
        const key = sectionKey(section, file.python);
        this.bySection.set(key, (this.bySection.get(key) ?? new Set()).add(name));
        this.sections.add(section);
      }
  }

  warnings(): readonly ConfigWarning[] {
    const { file } = this;
    const unknown = file.sections.filter(({ name }) => !this.known(name));
    return [
      ...unknown.map(({ name, line }) =>
        warn('unknown section', file, [line, file.lines[line - 1]?.start ?? 0], this.section(name)),
      ),
      ...file.entries.flatMap((entry) => {
        const known = this.known(entry.section);
        if (!known || known.has(entry.name)) return [];
        return [warn('unknown option', file, [entry.line, entry.start], this.option(entry, known))];
      }),
    ];
  }

  /**
   * Warnings about a section or name that the service knows. No package registers the credentials of Keystone's
   * plug-ins.
   */
  misspelt(): readonly ConfigWarning[] {
    const { file } = this;
    const isUnknown = (name: string): boolean => name !== defaultSection && !this.known(name);
    const sections = file.sections.filter(({ name }) => isUnknown(name) && this.isNear(name, this.sections));
    return [
      ...sections.map(({ name, line }) =>
        warn('unknown section', file, [line, file.lines[line - 1]?.start ?? 0], this.section(name)),
      ),
      ...file.entries.flatMap((entry) => {
        const known = this.known(entry.section);
        if (!known || known.has(entry.name) || ofAuthPlugin.test(entry.name) || !this.isNear(entry.name, known))
          return [];
        return [warn('unknown option', file, [entry.line, entry.start], this.option(entry, known))];
      }),
    ];
  }

  private isNear(name: string, names: ReadonlySet<string>): boolean {
    const usual = name.trim().toLowerCase().replaceAll('-', '_');
    return names.has(usual) || name.toUpperCase() === defaultSection || nearestNames(name, names).length > 0;
  }

  private known(section: string): ReadonlySet<string> | undefined {
    return this.bySection.get(sectionKey(section, this.file.python));
  }

  private section(name: string): string {
    const unread = `the service registers no option in [${printable(name)}], so nothing reads the lines below it`;
    if (name.toUpperCase() === defaultSection) return `${unread}; write [${defaultSection}], in capitals`;
    return `${unread}${meant(name, this.sections, (near) => `[${near}]`)}`;
  }

  private option(entry: Entry, known: ReadonlySet<string>): string {
    const unread = `the service registers no option ${called(entry)}, so nothing reads this line`;
    const usual = entry.name.trim().toLowerCase().replaceAll('-', '_');
    if (known.has(usual)) return `${unread}; write "${usual}": small letters, and "_" for "-"`;
    const elsewhere = [...this.sections].filter((section) => this.known(section)?.has(entry.name));
    if (elsewhere.length > 0)
      return `${unread}; an option of that name stands in ${elsewhere
        .slice(0, 3)
        .map((section) => `[${section}]`)
        .join(', ')}`;
    return `${unread}${meant(entry.name, known, (near) => `"${near}"`)}`;
  }
}

function meant(name: string, names: Iterable<string>, quoted: (near: string) => string): string {
  const near = nearestNames(name, names).map(quoted);
  return near.length === 0 ? '; correct or delete it' : `; perhaps ${near.join(' or ')} is meant`;
}
