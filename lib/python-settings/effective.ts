/** Finds the place that decides the value of a setting, and the edit that puts the wanted value there. Pure. */
import type { PythonValue, SettingChange, SettingName, ToldSetting } from '../hosts/settings-answers';
import { isSameValue, maxLiteral, renderPython } from './literal';
import { settingText } from './name';

/** A place in the files of a service that may set the setting. */
export type Say = { readonly path: string; readonly line: number } & (
  | Omit<ToldSetting & { is: 'literal' }, 'line'>
  | Omit<ToldSetting & { is: 'name' }, 'line'>
  | { readonly is: Exclude<ToldSetting['is'], 'literal' | 'name'> }
  /** The place may set the setting, but its file could not be read. */
  | { readonly is: 'unread'; readonly why: string }
);

export const placeText = ({ path, line }: Pick<Say, 'path' | 'line'>): string => `${path}:${line}`;

/** The state of a setting such as `DEBUG`: a value, a name that is assigned to it, or nothing. */
export type SettingState =
  | { readonly is: 'value'; readonly value: PythonValue }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'absent' };

export type SettingEdit =
  | { readonly is: 'unchanged' }
  | {
      readonly is: 'edited';
      readonly path: string;
      readonly change: SettingChange;
      readonly before: SettingState;
      /** The line of the present value; undefined if the edit adds a line. */
      readonly line: number | undefined;
      /** Earlier places that set it too. They have no effect. */
      readonly shadowed: readonly Say[];
    }
  | { readonly is: 'refused'; readonly why: string };

const obstacles: Readonly<Record<'computed' | 'secret' | 'conditional' | 'changed', string>> = {
  computed: 'computes it, and stackward replaces only literals; write a literal there',
  secret: 'has an address with a password there, which no code may hold; change it by hand',
  conditional: 'may set it under a condition, and overrides what is set before it; take it out of the condition',
  changed: 'may change it by more than an assignment, and overrides what is set before it; remove that line',
};

/**
 * @param says the places that set the value, in the order in which the service runs them; the last place decides
 * @param wanted undefined if no file should set it
 * @param main the file to which a new assignment is added
 */
export function editSetting(
  name: SettingName,
  wanted: PythonValue | undefined,
  says: readonly Say[],
  main: string,
): SettingEdit {
  const last = says.at(-1);
  const text = settingText(name);
  if (last === undefined || last.is === 'lacking' || last.is === 'imported')
    return wanted === undefined ? { is: 'unchanged' } : add(name, wanted, last, main);
  switch (last.is) {
    case 'literal':
    case 'name':
      return wanted === undefined ? remove(name, last, says) : replace(name, wanted, last, says);
    case 'unread':
      return refused(`${placeText(last)} may set ${text}: ${last.why}`);
    default:
      return refused(`${placeText(last)} ${obstacles[last.is].replace(/\bit\b/, text)}`);
  }
}

function add(name: SettingName, wanted: PythonValue, last: Say | undefined, main: string): SettingEdit {
  if (last === undefined && name.length > 1)
    return refused(`no file has the dictionary ${name[0]}; write it there with all keys that it must have`);
  const literal = renderPython(wanted);
  if (literal.length > maxLiteral) return tooLong(name);
  const change: SettingChange = { name, expect: null, literal };
  return { is: 'edited', path: last?.path ?? main, change, before: { is: 'absent' }, line: undefined, shadowed: [] };
}

const tooLong = (name: SettingName): SettingEdit =>
  refused(`${settingText(name)} would be longer than ${maxLiteral} characters; give it a shorter value`);

type Editable = Extract<Say, { readonly source: string }>;

function replace(name: SettingName, wanted: PythonValue, last: Editable, says: readonly Say[]): SettingEdit {
  if (last.is === 'literal' && isSameValue(last.value, wanted)) return { is: 'unchanged' };
  const literal = renderPython(wanted, last.is === 'literal' ? last.source : undefined);
  if (literal.length > maxLiteral) return tooLong(name);
  const change: SettingChange = { name, expect: last.source, literal };
  return { is: 'edited', path: last.path, change, before: stateOf(last), line: last.line, shadowed: says.slice(0, -1) };
}

function remove(name: SettingName, last: Editable, says: readonly Say[]): SettingEdit {
  const others = says.slice(0, -1).filter(({ is }) => is !== 'lacking' && is !== 'imported');
  const [earlier] = others;
  if (earlier)
    return refused(
      `${placeText(earlier)} sets ${settingText(name)} too, and would count then; remove all but one by hand`,
    );
  if (!last.isStatement)
    return refused(`${placeText(last)} has ${settingText(name)} as an entry of a dictionary; remove it by hand`);
  const change: SettingChange = { name, expect: last.source, literal: null };
  return { is: 'edited', path: last.path, change, before: stateOf(last), line: last.line, shadowed: [] };
}

const stateOf = (say: Editable): SettingState =>
  say.is === 'literal' ? { is: 'value', value: say.value } : { is: 'name', name: say.source };

const refused = (why: string): SettingEdit => ({ is: 'refused', why });

/** The text for a plan: the value in Python's form, or `(not set)`. */
export const stateText = (state: SettingState): string =>
  state.is === 'value' ? renderPython(state.value) : state.is === 'name' ? state.name : '(not set)';
