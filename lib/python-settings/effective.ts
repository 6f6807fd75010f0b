/** Which of the places that have a say in a setting counts, and how the wanted value gets there. Pure. */
import type { PythonValue, SettingChange, SettingName, ToldSetting } from '../hosts/settings-answers';
import { isSameValue, maxLiteral, renderPython } from './literal';
import { settingText } from './name';

/** A place in the files of one service, in the order in which the service runs them. */
export type Say = { readonly path: string; readonly line: number } & (
  | Omit<ToldSetting & { is: 'literal' }, 'line'>
  | Omit<ToldSetting & { is: 'name' }, 'line'>
  | { readonly is: Exclude<ToldSetting['is'], 'literal' | 'name'> }
  /** It may have a say, and could not be looked at. */
  | { readonly is: 'unread'; readonly why: string }
);

export const placeText = ({ path, line }: Pick<Say, 'path' | 'line'>): string => `${path}:${line}`;

/** `DEBUG`: a value, the name that stands there, or none. */
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
      /** Where the value stands now; undefined where it is added. */
      readonly line: number | undefined;
      /** Places that set it as well, and count no more. */
      readonly shadowed: readonly Say[];
    }
  | { readonly is: 'refused'; readonly why: string };

const obstacles: Readonly<Record<'computed' | 'secret' | 'conditional' | 'changed', string>> = {
  computed: 'computes it, and stackward replaces literals alone; write a literal there',
  secret: 'has an address with a password there, which no code may hold; change it by hand',
  conditional: 'may set it under a condition, and counts over what stands before it; take it out of the condition',
  changed: 'may change it by more than an assignment, and counts over what stands before it; remove that line',
};

/**
 * @param says in the order of the service; the last counts
 * @param wanted undefined: no file sets it
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
      return refused(`${placeText(last)} ${obstacles[last.is].replace('it', text)}`);
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

/** For a plan: as Python writes it; `(not set)` where nothing sets it. */
export const stateText = (state: SettingState): string =>
  state.is === 'value' ? renderPython(state.value) : state.is === 'name' ? state.name : '(not set)';
