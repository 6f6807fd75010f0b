/**
 * `--where FIELD=VALUE` selects servers. There is a short list of fields, and there are three comparisons, none of them
 * with patterns. Pure.
 */
import { InvalidCommand } from '../../lib/basics/errors';
import { nearestNames } from '../../lib/basics/nearest';
import type { Column, Value } from '../../lib/inventory/column';
import { columns } from '../../lib/inventory/columns';
import { count } from '../../lib/render/text';

type Sign = '=' | '!=' | '~';
type ValueOf = (column: Column) => Value;

/** Field → the columns that it is compared with; any of them may match. */
const fields: Readonly<Record<string, readonly string[]>> = {
  id: ['id'],
  name: ['name'],
  project: ['project', 'project_id'],
  user: ['user', 'user_id'],
  zone: ['zone'],
  host: ['host'],
  found_in: ['found_in'],
  state: ['vm_state', 'power_state', 'task_state'],
  power_state: ['power_state'],
  vm_state: ['vm_state'],
  task_state: ['task_state'],
  flavor: ['flavor'],
  image: ['image'],
  network: ['networks'],
  ip: ['ips', 'floating_ips'],
  mac: ['macs'],
  security_group: ['security_groups'],
};
export const whereFields: readonly string[] = Object.keys(fields);

/** Words of Nova, and digits. Its clients print them in other letters, and nobody means two of them by one word. */
const anyCase: readonly string[] = ['id', 'state', 'power_state', 'vm_state', 'task_state', 'ip', 'mac'];

/** Up to so many values are listed where none matched. */
const fewValues = 8;

export interface Condition {
  readonly text: string;
  readonly columns: readonly Column[];
  /** Undefined if the value that it is compared with isn't known. */
  holds(valueOf: ValueOf): boolean | undefined;
  /** Why a reader may have meant something else. For a condition that no server meets. */
  sayUnmet(servers: readonly ValueOf[]): string;
}

/** @throws InvalidConfiguration naming what is allowed */
export function parseWhere(text: string): Condition {
  const [, field = '', sign, value = ''] = /^([a-z_]+)(!=|=|~)(.*)$/su.exec(text) ?? [];
  const names = fields[field];
  if (sign === undefined || names === undefined || !Object.hasOwn(fields, field))
    throw new InvalidCommand(
      `--where "${text}" is not of the form FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE (a part of it); a FIELD is one of ${whereFields.join(', ')}`,
    );
  if (value === '')
    throw new InvalidCommand(`--where "${text}" has no value; write one, such as --where ${field}${sign}web`);
  const compared = columns.filter(({ name }) => names.includes(name));
  const matches = matching(sign as Sign, value, anyCase.includes(field));
  return {
    text,
    columns: compared,
    holds: (valueOf) => holds(compared.map(valueOf), sign === '!=', matches),
    sayUnmet: (servers) => {
      const there = [...new Set(servers.flatMap((valueOf) => compared.map(valueOf).flatMap(textsOf)))].sort();
      return `no server meets --where ${text}; ${sayThere(field, value, there)}`;
    },
  };
}

function matching(sign: Sign, wanted: string, isAnyCase: boolean): (text: string) => boolean {
  const small = wanted.toLowerCase();
  if (sign === '~') return (text) => text.toLowerCase().includes(small);
  return isAnyCase ? (text) => text.toLowerCase() === small : (text) => text === wanted;
}

function holds(values: readonly Value[], isNegated: boolean, matches: (text: string) => boolean): boolean | undefined {
  const found = values.some((value) => textsOf(value).some(matches));
  // An unknown value might match.
  if (!found && values.includes(undefined)) return undefined;
  return isNegated ? !found : found;
}

const textsOf = (value: Value): readonly string[] => {
  if (Array.isArray(value)) return value.map(String);
  return value === null || value === undefined ? [] : [String(value)];
};

/** @param there what the servers have */
function sayThere(field: string, value: string, there: readonly string[]): string {
  if (there.length === 0) return `none has a value of "${field}"`;
  if (there.length <= fewValues) return `there ${there.length === 1 ? 'is' : 'are'} ${there.join(', ')}`;
  const likely = [
    ...there.filter((text) => text.toLowerCase().includes(value.toLowerCase())).slice(0, 3),
    ...nearestNames(value, there),
  ];
  const near = [...new Set(likely)].slice(0, 3);
  return near.length > 0
    ? `did you mean ${near.join(' or ')}?`
    : `there are ${count(there.length, 'other value')}, and ${field}~PART compares a part of one`;
}
