import { attempt } from '../../../lib/basics/attempt';
import type { DeclaredStack } from '../../../lib/contract/report-ports';
import { parseRelease, type Release } from '../../../lib/openstack/releases';
import { count } from '../../../lib/render/text';
import { setsFor, type GrantPurpose } from '../../../lib/sql/grant-sets';
import {
  missingOf,
  parseGrant,
  readableTables,
  sayMissing,
  writableTables,
  type Grant,
  type Missing,
} from '../../../lib/sql/grants';
import { untried, type Looked } from '../../looked';
import type { GrantedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';

interface Seen {
  readonly databases: readonly GrantedDatabase[];
  readonly code: Looked<readonly DeclaredStack[]>;
}

/** One account, in the database that it is named for. */
class Account {
  readonly subject: string;
  readonly #known: readonly Grant[];

  constructor(
    private readonly database: GrantedDatabase,
    private readonly told: readonly string[],
    private readonly stacks: readonly DeclaredStack[],
  ) {
    this.subject = `grants in database ${database.name}`;
    this.#known = told.flatMap((text) => parseGrant(text) ?? []);
  }

  judge(): Result {
    const { user } = this.database;
    const trouble = this.pools() ?? this.views() ?? this.everySchema();
    return trouble ?? { result: 'fine', subject: this.subject, found: `${user} ${this.sayGrants()}${this.reports()}` };
  }

  /** What the code needs to change address pools; plan and verify only read. */
  private pools(): Result | undefined {
    const { user, name, schema } = this.database;
    const changing = name === 'neutron' ? this.stacks.filter(({ changesPools }) => changesPools === true) : [];
    const missing = this.missing('apply');
    if (changing.length === 0 || missing.length === 0) return undefined;
    const hidden = this.hiddenByRole();
    if (hidden !== undefined) return hidden;
    const evidence = [
      `${changing.map((stack) => stack.name).join(', ')} has pools with the method database`,
      ...sayMissing(missing).map((text) => `missing for apply: ${text}`),
    ];
    const onlyReads = this.missing('plan').length === 0 && writableTables(this.#known, schema).length === 0;
    return {
      result: onlyReads ? 'risk' : 'fault',
      subject: this.subject,
      found: onlyReads
        ? `The code changes address pools in this database, and ${user} may only read: enough for plan and verify, and an apply would fail.`
        : `The code changes address pools in this database, and ${user} lacks ${sayMissing(missing)[0]}${missing.length > 1 ? ' and more' : ''}.`,
      evidence: [...evidence, ...this.evidence()],
      step: onlyReads
        ? 'For apply name the account of the page docs/database-grants.md that writes. Where another configuration has it, acknowledge this.'
        : 'Grant what the evidence names as missing; docs/database-grants.md has the statements for apply in this release.',
    };
  }

  /** The account that makes views owns their schema. */
  private views(): Result | undefined {
    const { user, name } = this.database;
    if (name !== 'stackward') return undefined;
    const missing = this.missing('views');
    if (missing.length === 0) return undefined;
    return (
      this.hiddenByRole() ?? {
        result: 'risk',
        subject: this.subject,
        found: `${user} lacks ${sayMissing(missing)[0]}${missing.length > 1 ? ' and more' : ''}, which the views need.`,
        evidence: [...sayMissing(missing).map((text) => `missing for views: ${text}`), ...this.evidence()],
        step: 'Grant what the evidence names as missing; docs/database-grants.md has the statements for views.',
      }
    );
  }

  private everySchema(): Result | undefined {
    const wide = this.#known.find(({ schema, privileges }) => schema === '*' && privileges.some(({ name }) => name !== 'USAGE')); // prettier-ignore
    if (wide === undefined) return undefined;
    const names = wide.privileges.map(({ name }) => name);
    return {
      result: 'risk',
      subject: this.subject,
      found: `${this.database.user} has ${names.slice(0, 3).join(', ')}${names.length > 3 ? ', …' : ''} on every schema of this server, and stackward needs single tables.`,
      evidence: this.evidence(),
      step: 'Make an account with only the grants of docs/database-grants.md, and name it in stackward.yaml.',
    };
  }

  /** SHOW GRANTS tells the role, and not what it may do. */
  private hiddenByRole(): Result | undefined {
    const roles = this.told.filter((text) => !text.includes(' ON '));
    if (roles.length === 0) return undefined;
    const why = `${this.database.user} has grants by the role ${roles.join(', ')}, and the server does not tell what that may do`;
    return notLookedAt(this.subject, untried(why));
  }

  /** A grant may leave out any column that a report reads. The report then lacks what the column would tell. */
  private reports(): string {
    if (this.database.name === 'stackward') return '';
    const lacking = (['inventory', 'doctor'] as const).flatMap((report) => {
      const tables = [...new Set(this.missing(report).map(({ table }) => table.replace(/^.*\./, '')))];
      const shown = `${tables.slice(0, 5).join(', ')}${tables.length > 5 ? ', …' : ''}`;
      return tables.length === 0 ? [] : [`\`${report}\` lacks columns of ${count(tables.length, 'table')} (${shown})`];
    });
    return lacking.length === 0
      ? '; reports have all that they read here'
      : `; ${lacking.join(', ')}, and shows \`?\` or asks the API`;
  }

  /** Of the set that fits best: nobody may have said which release the cloud runs. */
  private missing(purpose: GrantPurpose): readonly Missing[] {
    const { name, schema } = this.database;
    const candidates = setsFor(purpose, this.release()).map(({ grants }) => {
      const needed = grants.flatMap((text) => parseGrant(text) ?? []).filter((grant) => grant.schema === name);
      return missingOf(needed, this.#known, () => schema);
    });
    return candidates.reduce((best, next) => (next.length < best.length ? next : best), candidates[0] ?? []);
  }

  private release(): Release | undefined {
    const named = new Set(this.stacks.flatMap(({ release }) => attempt(() => parseRelease(release)) ?? []));
    return named.size === 1 ? [...named][0] : undefined;
  }

  private evidence(): readonly string[] {
    return this.told.map((grant) => `${this.database.user}: ${grant}`);
  }

  private sayGrants(): string {
    const { schema } = this.database;
    const say = (tables: readonly string[]): string =>
      tables.includes('*') ? 'every table' : tables.length === 0 ? 'no table' : `${count(tables.length, 'table')} (${tables.join(', ')})`; // prettier-ignore
    return `may read ${say(readableTables(this.#known, schema))}, and write ${say(writableTables(this.#known, schema))}`;
  }
}

export const databaseGrants = defineCheck<Seen>({
  code: 'SW-9007',
  title: 'an account of a database has too few grants, or too many',
  needs: ['a database', 'the synthesized code'],
  read: async (sources) => ({ databases: await sources.databaseGrants(), code: await sources.code() }),
  judge: ({ databases, code }) => {
    if (databases.length === 0) return [notLookedAt('databases', untried('stackward.yaml names none'))];
    const stacks = code.isRead ? code.value : [];
    return databases.map((database) =>
      database.grants.isRead
        ? new Account(database, database.grants.value, stacks).judge()
        : notLookedAt(`grants in database ${database.name}`, database.grants),
    );
  },
  page: {
    means:
      'An account of stackward.yaml lacks a grant on a table or column that the code needs to change address pools, or that the views need, so the apply would fail; or it may do something in every schema of the server, which nothing of stackward needs. An account that may only read is told apart: it is enough for plan and verify. A grant that `inventory` or `doctor` lacks is no trouble: what it would tell is `?`.',
    evidence:
      'What SHOW GRANTS tells the account of itself, and each grant that is missing, by table and column, of the set of docs/database-grants.md for the release that the code declares. Where it declares none, the set that fits best counts. Of a role the server does not tell what it may do; where something is missing then, the check says that it could not look.',
    alike: 'A database that can’t be logged in to at all: SW-3001.',
    step: 'Grant what the evidence names as missing, by the statements of docs/database-grants.md.',
    never: 'Do not give stackward the account of the service, or root: a plan needs SELECT on a handful of tables.',
  },
});
