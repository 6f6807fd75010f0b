/** Reads the grants that docs/database-grants.md lists, so that a missing grant on the page fails the tests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Release } from '../../lib/openstack/releases';
import { setsFor } from '../../lib/sql/grant-sets';
import type { Era } from './neutron-tables';

const page = readFileSync(join(__dirname, '../../docs/database-grants.md'), 'utf8');
const titles: Readonly<Record<Era, string>> = {
  icehouse: 'Icehouse to Kilo',
  mitaka: 'Liberty and Mitaka',
  zed: 'Newton and later',
};

export type Purpose = 'plan' | 'apply';

/** The block under "### apply: Newton and later", for this schema: one privilege in each statement, which ends before `TO`. */
export function documentedGrants(purpose: Purpose, era: Era, schema: string): string[] {
  const [, block] = new RegExp(`### ${purpose}: ${titles[era]}\\n+\`\`\`sql\\n([^\`]+)\`\`\``).exec(page) ?? [];
  if (block === undefined) throw new Error(`docs/database-grants.md has no block for ${purpose} on ${era}`);
  return [...block.matchAll(/GRANT (.+) ON neutron\.(\w+) TO /g)].flatMap(([, privileges = '', table]) =>
    privileges.split(/, (?![^(]*\))/).map((privilege) => `GRANT ${privilege} ON ${schema}.${table}`),
  );
}

const inventoryTitles = { icehouse: 'Icehouse', mitaka: 'Mitaka', zed: 'Ocata and later' } as const;

/** The block under "### inventory: …". @param schemaOf a database, by its name on the page */
export function documentedInventoryGrants(era: Era, schemaOf: (database: string) => string): string[] {
  const [, block] =
    new RegExp(`### inventory: ${inventoryTitles[era]}\\n+\`\`\`sql\\n(.+?)\`\`\``, 's').exec(page) ?? [];
  if (block === undefined) throw new Error(`docs/database-grants.md has no block for inventory on ${era}`);
  return [...block.matchAll(/(GRANT SELECT \([^)]*\)) ON (\w+)\.(\w+) TO /g)].map(
    ([, privilege = '', database = '', table = '']) => `${privilege} ON ${schemaOf(database)}.\`${table}\``,
  );
}

/** Of one database, as docs/database-grants.md has them under "doctor". */
export function documentedDoctorGrants(release: Release, database: string, schema: string): string[] {
  const grants = setsFor('doctor', release)[0]?.grants ?? [];
  return grants.flatMap((grant) => {
    const [, privilege, owner, table] = /^(SELECT \(.+\)) ON (\w+)\.(\w+)$/.exec(grant) ?? [];
    return owner === database ? [`GRANT ${privilege} ON ${schema}.\`${table}\``] : [];
  });
}

export const tableOfGrant = (grant: string): string => / ON \w+\.(\w+)/.exec(grant)?.[1] ?? '';
