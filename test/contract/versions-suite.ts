/** The contract of every `VersionReader`: the one in memory, and the one that asks real services. */
import { contradictionOf } from '../../lib/run/cloud-release';
import type { VersionReader } from '../../lib/contract/ports';
import { releases } from '../../lib/openstack/releases';

/** The APIs of a cloud that runs Zed. */
export interface VersionBench {
  /** A reader that has not asked yet. */
  reader(): VersionReader;
  /** With the credentials of a plain member of a project. */
  memberReader(): VersionReader;
  close(): Promise<void>;
}

export function versionsContract(name: string, open: () => Promise<VersionBench>): void {
  describe(`VersionReader: ${name}`, () => {
    let bench: VersionBench;
    beforeAll(async () => {
      bench = await open();
    });
    afterAll(() => bench.close());

    test('tells the newest version of each API, and the extensions of Neutron', async () => {
      const { answers, silent } = await bench.reader().apis();
      expect(silent).toEqual([]);
      expect(answers).toEqual(
        expect.arrayContaining([
          { service: 'nova', version: '2.93' },
          { service: 'cinder', version: '3.70' },
          { service: 'keystone', version: '3.14' },
          {
            service: 'neutron',
            extensions: expect.arrayContaining(['security-group', 'port-mac-override']) as string[],
          },
        ]),
      );
      expect(answers).toHaveLength(4);
    });

    test('speaks for Zed and against every other release', async () => {
      const apis = await bench.reader().apis();
      expect(releases.filter((release) => contradictionOf(release, apis) === undefined)).toEqual(['zed']);
    });

    test('tells a plain member the same', async () => {
      expect(await bench.memberReader().apis()).toEqual(await bench.reader().apis());
    });

    test('asks each API once', async () => {
      const reader = bench.reader();
      expect(await reader.apis()).toBe(await reader.apis());
    });
  });
}
