import type { Schema } from './relation';

/**
 * Tells whether the database `nova` contains everything, as before Ocata, or is a cell beside `nova_api`. The column
 * `mapped` of compute_nodes came with the cells. Each set of grants in docs/database-grants.md shows `deleted` of that
 * table. An account that sees neither column therefore has no right on the table, and the layout can't be known.
 */
export function layoutOf(nova: Schema): 'one database' | 'cell' | 'untold' {
  if (nova.has('compute_nodes', 'mapped')) return 'cell';
  return nova.has('compute_nodes', 'deleted') ? 'one database' : 'untold';
}

/** The cell of servers for which Nova found no host. */
export const uuidOfCell0 = '00000000-0000-0000-0000-000000000000';

/** A cell's database still has tables of key pairs, aggregates and quotas, but Nova uses those of nova_api. */
export const notInUse = {
  cell: { missing: [], why: 'is a cell of Ocata or later, which has it in nova_api' },
  untold: {
    missing: ['compute_nodes.mapped'],
    why: 'shows this account no compute_nodes, which tells whether nova_api has it',
  },
} as const;
