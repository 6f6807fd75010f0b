/** The newest version of Nova, as the adapters read it. */
import { novaMinor } from '../../adapters/openstack/nova-version';

const minorOf = (...versions: string[]): Promise<number | undefined> =>
  novaMinor({
    apis: () =>
      Promise.resolve({ answers: versions.map((version) => ({ service: 'nova' as const, version })), silent: [] }),
  });

test('a Nova without microversions has the minor 0, and a silent one has none', async () => {
  expect([await minorOf('2.93'), await minorOf(''), await minorOf()]).toEqual([93, 0, undefined]);
});

test.each(['2', '2.x', '3.14'])('the version %j is told', async (version) => {
  await expect(minorOf(version)).rejects.toThrow(
    `Nova says that its version is "${version}", and 2.93 is such a version; see what answers at the compute endpoint`,
  );
});
