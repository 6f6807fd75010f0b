import { HostPool, type OpenHost } from '../../adapters/host/host-pool';
import { TransientError } from '../../lib/basics/errors';
import type { HostRead } from '../../lib/hosts/host';

const asked: HostRead[][] = [];
/** Answers each question with itself. */
const echo = (name: string): OpenHost => ({
  name,
  stateFolder: '/var/lib/stackward',
  read: (questions) => {
    asked.push([...questions]);
    if (name === 'broken') return Promise.reject(new TransientError('it does not answer'));
    return Promise.resolve(questions.map((value) => ({ ok: true, value }))) as never;
  },
  write: () => Promise.resolve([]),
  close: () => Promise.resolve(),
});
beforeEach(() => (asked.length = 0));

const file = (path: string) => ({ verb: 'read-file', path }) as const;
const answers = async (answer: Promise<readonly unknown[]>) =>
  (await answer).map((outcome) => (outcome as { value: HostRead }).value);

test('all questions to a host in one turn are one round trip, and the same question is asked once', async () => {
  const pool = new HostPool(echo);
  const [first, second, third] = await Promise.all([
    answers(pool.get('h1').read([file('/a'), { verb: 'facts' }])),
    answers(pool.get('h1').read([{ verb: 'facts' }, file('/b'), file('/a')])),
    answers(pool.get('h2').read([file('/a')])),
  ]);
  expect(first).toEqual([file('/a'), { verb: 'facts' }]);
  expect(second).toEqual([{ verb: 'facts' }, file('/b'), file('/a')]);
  expect(third).toEqual([file('/a')]);
  expect(asked).toEqual([[file('/a'), { verb: 'facts' }, file('/b')], [file('/a')]]);
});

test('a later question is asked again, because the world may have changed', async () => {
  const host = new HostPool(echo).get('h1');
  await host.read([file('/a')]);
  await host.read([file('/a')]);
  expect(asked).toHaveLength(2);
});

test('a host that does not answer fails everybody who asked it, and nobody else', async () => {
  const pool = new HostPool(echo);
  const [first, second, third] = await Promise.allSettled([
    pool.get('broken').read([file('/a')]),
    pool.get('broken').read([file('/b')]),
    pool.get('h1').read([file('/a')]),
  ]);
  expect([first.status, second.status, third.status]).toEqual(['rejected', 'rejected', 'fulfilled']);
});

test('at most 32 hosts are asked at a time, unless another bound is given; all of them are in the end', async () => {
  for (const [bound, more] of [
    [32, []],
    [4, [4]],
  ] as const) {
    let running = 0;
    let most = 0;
    const busy = (name: string): OpenHost => ({
      ...echo(name),
      read: async (questions) => {
        most = Math.max(most, ++running);
        await new Promise(setImmediate);
        running -= 1;
        return echo(name).read(questions);
      },
    });
    const pool = new HostPool(busy, ...more);
    const names = Array.from({ length: 36 }, (_, index) => `h${index}`);
    const all = await Promise.all(names.map((name) => pool.get(name).read([{ verb: 'facts' }])));
    expect([most, all.flat().filter((outcome) => outcome.ok).length]).toEqual([bound, 36]);
  }
});
