import type { DeclaredStack } from '../../../lib/contract/report-ports';
import { count } from '../../../lib/render/text';
import { untried, type Looked } from '../../looked';
import type { GrantedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';

interface Seen {
  readonly databases: readonly GrantedDatabase[];
  readonly code: Looked<readonly DeclaredStack[]>;
}

interface Grant {
  /** The privileges without their columns. */
  readonly privileges: readonly string[];
  /** `*` means every schema. */
  readonly schema: string;
  readonly table: string;
}

/** The table whose grants allow changing pools; docs/database-grants.md has the whole list. */
const poolTable = 'ipallocationpools';
const poolPrivileges = ['SELECT', 'INSERT', 'DELETE'];
const writing = ['INSERT', 'UPDATE', 'DELETE', 'ALL PRIVILEGES'];

function parseGrant(text: string): Grant[] {
  const [, said = '', schema = '', table = ''] =
    /^(.+?) ON (?:TABLE )?[`"]?(.+?)[`"]?\.[`"]?(.+?)[`"]?$/.exec(text) ?? [];
  // A grant of a role, or on a routine.
  if (said === '') return [];
  const privileges = said.replace(/ ?\([^)]*\)/g, '').split(/, */);
  // In a schema's name "_" and "%" are wildcards unless they are escaped.
  return [{ privileges, schema: schema.replaceAll('\\', ''), table }];
}

const reaches = (grant: Grant, schema: string, table: string): boolean =>
  (grant.schema === '*' || grant.schema === schema) && (grant.table === '*' || grant.table === table);

const may = (grants: readonly Grant[], privilege: string, schema: string, table: string): boolean =>
  grants.some(
    (grant) =>
      reaches(grant, schema, table) && [privilege, 'ALL PRIVILEGES'].some((each) => grant.privileges.includes(each)),
  );

function sayGrants(grants: readonly Grant[], schema: string): string {
  const own = grants.filter((grant) => grant.schema === '*' || grant.schema === schema);
  const tablesWith = (privileges: readonly string[]): readonly string[] => [
    ...new Set(own.flatMap((grant) => (grant.privileges.some((each) => privileges.includes(each)) ? [grant.table] : []))),
  ];
  const sayTables = (tables: readonly string[]): string =>
    tables.includes('*') ? 'every table' : tables.length === 0 ? 'no table' : `${count(tables.length, 'table')} (${tables.join(', ')})`;
  return `may read ${sayTables(tablesWith(['SELECT', 'ALL PRIVILEGES']))}, and write ${sayTables(tablesWith(writing))}`;
} // prettier-ignore

function judgeDatabase({ name, schema, user, grants }: GrantedDatabase, stacks: readonly DeclaredStack[]): Result {
  const subject = `grants in database ${name}`;
  if (!grants.isRead) return notLookedAt(subject, grants);
  const known = grants.value.flatMap(parseGrant);
  const evidence = grants.value.map((grant) => `${user}: ${grant}`);
  const changing = name === 'neutron' ? stacks.filter(({ changesPools }) => changesPools === true) : [];
  const missing = poolPrivileges.filter((privilege) => !may(known, privilege, schema, poolTable));
  if (changing.length > 0 && missing.length > 0)
    return {
      result: 'fault',
      subject,
      found: `The code changes address pools in this database, and ${user} lacks ${missing.join(', ')} on ${schema}.${poolTable}.`,
      evidence: [`${changing.map((stack) => stack.name).join(', ')} has pools with the method database`, ...evidence],
      step: 'Grant what docs/database-grants.md lists for apply in this release.',
    };
  const wide = known.find((grant) => grant.schema === '*' && grant.privileges.some((each) => each !== 'USAGE'));
  if (wide !== undefined)
    return {
      result: 'risk',
      subject,
      found: `${user} has ${wide.privileges.slice(0, 3).join(', ')}${wide.privileges.length > 3 ? ', …' : ''} on every schema of this server, and stackward needs single tables.`,
      evidence,
      step: 'Make an account with the grants of docs/database-grants.md alone, and name it in stackward.yaml.',
    };
  return { result: 'fine', subject, found: `${user} ${sayGrants(known, schema)}` };
}

export const databaseGrants = defineCheck<Seen>({
  code: 'SW-9007',
  title: 'an account of a database has too few grants, or too many',
  needs: ['a database', 'the synthesized code'],
  read: async (sources) => ({ databases: await sources.databaseGrants(), code: await sources.code() }),
  judge: ({ databases, code }) => {
    if (databases.length === 0) return [notLookedAt('databases', untried('stackward.yaml names none'))];
    return databases.map((database) => judgeDatabase(database, code.isRead ? code.value : []));
  },
  page: {
    means:
      'An account of stackward.yaml may not write the tables of address pools that the code changes, so the apply would fail; or it may do something in every schema of the server, which nothing of stackward needs.',
    evidence: 'What SHOW GRANTS tells the account of itself. Grants that come by a role are told as the role alone.',
    alike: 'A database that can’t be logged in to at all: SW-3001.',
    step: 'Grant what docs/database-grants.md lists for the release and for what is to be done.',
    never: 'Do not give stackward the account of the service, or root: a plan needs SELECT on a handful of tables.',
  },
});
