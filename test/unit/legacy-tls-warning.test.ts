/** A plan that read a database over the TLS of yaSSL says what that gives up, and no other plan does. */
import { parseConfiguration } from '../../cli/config';
import { wire } from '../../cli/wire';
import { plain } from '../../lib/render/style';

const warnings = async (tls: string, readsDatabase: boolean) => {
  const text = `databases:\n  neutron:\n    host: db.example.net\n    user: stackward\n    password: \${PASSWORD}\n    tls: ${tls}\n`;
  const clock = { now: () => new Date(), show: String };
  const { context, close } = wire(parseConfiguration(text, 'stackward.yaml', { PASSWORD: 'x' }), {}, [], {
    style: plain,
    clock,
  });
  if (readsDatabase) await context.readers.database('database:neutron');
  const said = context.warnings();
  await close();
  return said;
};

test('of minVersion legacy', async () => {
  expect(await warnings('{ minVersion: legacy }', true)).toEqual([
    {
      where: 'database:neutron',
      message:
        "the TLS to db.example.net may be as weak as that of MySQL 5.5, because stackward.yaml has tls.minVersion: legacy: whoever records it and gets the server's key later can read it",
    },
  ]);
});

test.each([
  ['where the database was not read', '{ minVersion: legacy }', false],
  ['of TLSv1', '{ minVersion: TLSv1 }', true],
  ['of no TLS', 'off', true],
])('not %s', async (_, tls, readsDatabase) => {
  expect(await warnings(tls, readsDatabase)).toEqual([]);
});
