/** `--where FIELD=VALUE`: which servers are listed. A short list of fields and three comparisons, none of them a pattern. Pure. */
import { InvalidConfiguration } from '../../lib/basics/errors';
import type { Column, Value } from '../../lib/inventory/column';
import { columns } from '../../lib/inventory/columns';

type Sign = '=' | '!=' | '~';

/** Field → the columns that it is compared with; any of them may match. */
const fields: Readonly<Record<string, readonly string[]>> = {
  id: ['id'],
  name: ['name'],
  project: ['project', 'project_id'],
  user: ['user', 'user_id'],
  zone: ['zone'],
  host: ['host'],
  found_in: ['found_in'],
  power_state: ['power_state'],
  vm_state: ['vm_state'],
  flavor: ['flavor'],
  image: ['image'],
  network: ['networks'],
  ip: ['ips'],
  mac: ['macs'],
  security_group: ['security_groups'],
};
export const whereFields: readonly string[] = Object.keys(fields);

export interface Condition {
  readonly text: string;
  readonly columns: readonly Column[];
  /** Undefined: nobody told what it is compared with. */
  holds(valueOf: (column: Column) => Value): boolean | undefined;
}

/** @throws InvalidConfiguration naming what is allowed */
export function parseWhere(text: string): Condition {
  const [, field = '', sign, value = ''] = /^([a-z_]+)(!=|=|~)(.*)$/su.exec(text) ?? [];
  const names = fields[field];
  if (sign === undefined || names === undefined || !Object.hasOwn(fields, field))
    throw new InvalidConfiguration(
      `--where "${text}" is not of the form FIELD=VALUE, FIELD!=VALUE or FIELD~VALUE (a part of it); a FIELD is one of ${whereFields.join(', ')}`,
    );
  if (value === '')
    throw new InvalidConfiguration(`--where "${text}" has no value; write one, such as --where ${field}${sign}web`);
  const compared = columns.filter(({ name }) => names.includes(name));
  return { text, columns: compared, holds: (valueOf) => holds(compared.map(valueOf), sign as Sign, value) };
}

function holds(values: readonly Value[], sign: Sign, wanted: string): boolean | undefined {
  const small = wanted.toLowerCase();
  const matches = (text: string): boolean => (sign === '~' ? text.toLowerCase().includes(small) : text === wanted);
  const found = values.some((value) => textsOf(value).some(matches));
  // A value that nobody told might match.
  if (!found && values.includes(undefined)) return undefined;
  return sign === '!=' ? !found : found;
}

const textsOf = (value: Value): readonly string[] => {
  if (Array.isArray(value)) return value.map(String);
  return value === null || value === undefined ? [] : [String(value)];
};
