/** The example of docs/doctor.md, used as its reader would. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { doctorBench, troublesOf } from '../support/doctor-run';

const bench = doctorBench();

test('the acknowledgement on the page covers the finding that it names, until its day', async () => {
  const page = readFileSync(join(__dirname, '../../docs/doctor.md'), 'utf8');
  const [, example = ''] = /```yaml\n(acknowledged:\n[^`]*)```/.exec(page) ?? [];
  const compute = { binary: 'nova-compute', state: 'up', age: 3, isAlive: true, status: 'disabled' } as const;
  bench.cloud.nova = ['cnode01', 'cnode02'].map((host) => ({ ...compute, host }));
  const acknowledgedWith = async (text: string) => {
    bench.folder.write('stackward.yaml', text);
    const told = await bench.doctor('--only', 'SW-1004');
    expect(troublesOf(told)).toEqual(['SW-1004 risk nova-compute on cnode01', 'SW-1004 risk nova-compute on cnode02']);
    return told.results.flatMap(({ subject, acknowledged }) => (acknowledged ? [subject] : []));
  };
  expect(await acknowledgedWith(example.replace(/until: \d{4}/, 'until: 2999'))).toEqual(['nova-compute on cnode02']);
  expect(await acknowledgedWith(example.replace(/until: \d{4}/, 'until: 2000'))).toEqual([]);
});
