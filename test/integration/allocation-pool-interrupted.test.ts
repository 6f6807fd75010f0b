/**
 * A connection lost at any moment of an apply leaves each network as it was before or as it is after, never between;
 * the next run converges. Every statement that goes to the server is met: cut before it arrives, killed by another
 * session before it runs, cut when it is done and the answer isn't there yet.
 */
import type { Connection } from 'mysql2/promise';
import { MysqlWriter } from '../../adapters/mysql/mysql-database';
import { startMariadb, type Mariadb } from '../support/mariadb';
import { NeutronTables, schemaFiles, type Era, type MadeSubnet } from '../support/neutron-tables';
import { declare, PoolRun } from '../support/pool-run';
import { SqlProxy, type Meeting } from '../support/sql-proxy';
import { momentsOf } from '../support/moments';

let mariadb: Mariadb;
let killer: Connection;
beforeAll(async () => {
  mariadb = await startMariadb();
  killer = await mariadb.connect();
});
afterAll(() => mariadb.stop());

describe.each<Era>(['icehouse', 'mitaka', 'zed'])('on the tables of %s', (era) => {
  let tables: NeutronTables;
  let run: PoolRun;
  let proxy: SqlProxy;
  let red: MadeSubnet;
  let green: MadeSubnet;
  beforeAll(async () => {
    const options = await mariadb.createSchema(era, ...schemaFiles[era]);
    tables = new NeutronTables(await mariadb.connect(era), era);
    run = new PoolRun(options);
    proxy = await SqlProxy.open(options);
    const networkId = await tables.network();
    // Between them, every kind of write: a pool that grows, one that goes, one that comes.
    red = await tables.subnet({
      cidr: '203.0.113.64/26',
      gateway: '203.0.113.65',
      networkId,
      used: ['203.0.113.71', '203.0.113.73'],
      pools: [
        ['203.0.113.71', '203.0.113.75'],
        ['203.0.113.100', '203.0.113.101'],
      ],
    });
    green = await tables.subnet({ cidr: '192.0.2.0/24', networkId, pools: [['192.0.2.10', '192.0.2.11']] });
  });
  afterAll(async () => {
    await run.close();
    await proxy.close();
  });

  const wanted = () => [
    { ...declare(red.id, ['203.0.113.71', '203.0.113.85'], ['203.0.113.110', '203.0.113.111']), allowShrink: true },
    declare(green.id, ['192.0.2.10', '192.0.2.20']),
  ];
  const network = async () => ({
    red: await tables.pools(red),
    green: await tables.pools(green),
    redIpam: tables.hasIpam ? await tables.pools(red, 'ipamallocationpools') : [],
    greenIpam: tables.hasIpam ? await tables.pools(green, 'ipamallocationpools') : [],
    redFree: tables.hasRanges ? await tables.freeRanges(red) : [],
    greenFree: tables.hasRanges ? await tables.freeRanges(green) : [],
    allocations: (await tables.dump())['ipallocations'],
  });

  /** Runs one apply through the proxy, with this meeting; then says what became of the network. */
  async function interrupted(meeting: Meeting) {
    proxy.forget();
    proxy.meeting = meeting;
    const writer = new MysqlWriter(proxy.options);
    const results = await run.apply(await run.plan(...wanted()), writer);
    await writer.close();
    proxy.meeting = {};
    return { outcomes: results.map(({ outcome }) => outcome).join(' '), left: await network() };
  }

  test('is whole after a loss at each statement', async () => {
    const start = await tables.dump();
    const before = await network();
    const clean = await interrupted({});
    expect(clean.outcomes).toBe('applied applied');
    const after = clean.left;
    expect(after).not.toEqual(before);
    const statements = [...proxy.statements];
    const commit = statements.indexOf('COMMIT');
    expect(statements.filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql)).length).toBeGreaterThanOrEqual(4);
    // The look at what was given back; only the red subnet gave some.
    expect(statements.slice(commit + 1)).toEqual([
      'START TRANSACTION',
      expect.stringMatching(/^SELECT .* FROM ipallocations .* LOCK IN SHARE MODE$/),
      'COMMIT',
    ]);

    const ways = ['cut before', 'killed before', 'cut after'] as const;
    const meetings = [...statements.keys()].flatMap((statement) => ways.map((how) => ({ statement, how })));
    for (const index of momentsOf(meetings.length)) {
      const { statement, how } = meetings[index] as (typeof meetings)[number];
      await tables.restore(start);
      expect(await network()).toEqual(before);
      let turn = -1;
      const meet: Meeting['after'] = async ({ threadId }) => {
        if (++turn !== statement) return undefined;
        if (how !== 'killed before') return 'cut';
        await killer.query(`KILL ${threadId}`);
        return undefined;
      };
      const { outcomes, left } = await interrupted(how === 'cut after' ? { after: meet } : { before: meet });
      expect(outcomes).toBe(statement > commit ? 'failed applied' : 'failed failed');
      const done = statement > commit || (statement === commit && how === 'cut after');
      expect({ at: statement, how, left }).toEqual({ at: statement, how, left: done ? after : before });

      const again = await run.converge(...wanted());
      expect(again.map(({ outcome }) => outcome)).toEqual(done ? [] : ['applied', 'applied']);
      expect(await network()).toEqual(after);
    }
  });
});
