/** Settings files in Python: the host program's own functions, and real interpreters that run what it has edited. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { SettingChange, SettingName, StarImport, ToldSetting } from '../../lib/hosts/settings-answers';
import { callHostFunction } from './host-functions';
import { findPython2 } from './python2';

const python2 = findPython2('settings in Python');
const pyenv = join(process.env.PYENV_ROOT ?? join(homedir(), '.pyenv'), 'versions');
const python3 = (existsSync(pyenv) ? readdirSync(pyenv) : [])
  .filter((version) => version.startsWith('3.'))
  .toSorted((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]))
  .map((version) => join(pyenv, version, 'bin/python'));

/** 2.7, and the oldest and newest 3 that is there: from 3.8 on a syntax tree knows where a value ends. */
export const interpreters = [
  ...new Set([
    ...(python2 === undefined ? [] : [python2]),
    python3[0] ?? '/usr/bin/python3',
    python3.at(-1) ?? '/usr/bin/python3',
  ]),
];

export const releases = ['icehouse', 'pike', 'stein', 'zed-debian', 'newest'] as const;
export const settingsOf = (release: (typeof releases)[number]): string =>
  readFileSync(join(__dirname, `../fixtures/horizon/${release}.py`), 'utf8');

const parsed = "PythonText(to_bytes(text), b'/etc/local_settings.py')";

export interface Asked {
  readonly text: string;
  readonly name: SettingName;
}

type Refused = { readonly refused: string };

export const tellSettings = (python: string, asked: readonly Asked[]): readonly (readonly ToldSetting[] | Refused)[] =>
  callHostFunction(
    `lambda text, name: (lambda t: [told_setting(t, told) for told in t.told(name)])(${parsed})`,
    asked.map(({ text, name }) => [text, name]),
    python,
  );

export const tellStars = (python: string, text: string): readonly StarImport[] =>
  callHostFunction<readonly StarImport[]>(`lambda text: ${parsed}.stars()`, [[text]], python)[0] ?? [];

export interface Changed {
  readonly text: string;
  readonly change: SettingChange;
}

/** The text after the change, if the host program takes it. */
export const changeSettings = (python: string, changes: readonly Changed[]): readonly (string | Refused)[] =>
  callHostFunction(
    `lambda text, change: to_text(${parsed}.with_change(change)) if is_settings_change(change) else {'refused': 'invalid change'}`,
    changes.map(({ text, change }) => [text, change]),
    python,
  );

/** By name, what the interpreter has before and after. */
export type Differences = Readonly<Record<string, readonly [unknown, unknown]>>;

export function runSettings(python: string, pairs: readonly (readonly [string, string])[]): readonly Differences[] {
  const script = join(__dirname, 'python-settings-oracle.py');
  const input = JSON.stringify(pairs);
  return JSON.parse(execFileSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1 << 28 })) as Differences[];
}
