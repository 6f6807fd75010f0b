/** Whether the tables of `nova` are in use, by what an account sees of compute_nodes. */
import { layoutOf } from '../../lib/inventory/layout';
import { schemaOf } from '../../lib/inventory/relation';
import { relations } from '../../lib/inventory/relations';

const keyPairs = { key_pairs: ['user_id', 'name', 'fingerprint', 'deleted'] };
const seen = (columns: Readonly<Record<string, readonly string[]>>) =>
  schemaOf(new Map(Object.entries({ ...keyPairs, ...columns }).map(([table, names]) => [table, new Set(names)])));

test.each([
  ['one database', { compute_nodes: ['deleted', 'host'] }, undefined],
  ['cell', { compute_nodes: ['deleted', 'host', 'mapped'] }, 'is a cell of Ocata or later, which has it in nova_api'],
  ['untold', {}, 'shows this account no compute_nodes, which tells whether nova_api has it'],
] as const)(
  'key pairs of nova are read where it is one database, and the reason is told elsewhere: %s',
  (layout, columns, why) => {
    const nova = seen(columns);
    expect(layoutOf(nova)).toBe(layout);
    const found = relations.nova.keys(nova);
    expect('why' in found ? found.why : undefined).toBe(why);
    expect('fields' in found).toBe(layout === 'one database');
  },
);
