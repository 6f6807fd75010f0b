/** `stackward run` on the lab, as an operator runs it: confirmation, lock, a killed process, and rollback. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ThingLock } from '../../adapters/files/thing-lock';
import { CommandFolder } from '../support/command';
import { DeadComputes } from '../support/dead-compute';
import { someOf } from '../support/moments';

let computes: DeadComputes;
let folder: CommandFolder;
let host: string;

beforeAll(async () => {
  computes = await DeadComputes.start('test-run');
});
afterAll(() => computes?.stop());
beforeEach(() => {
  folder = new CommandFolder({ ...computes.lab.environment, OS_CLOUD: 'stackward-lab' });
});
afterEach(() => folder.remove());

const runs = (): string[] =>
  readdirSync(join(folder.folder, 'runs'))
    .filter((name) => !name.startsWith('.'))
    .sort();
const disable = () => ['run', 'disable-compute', host, '--reason', 'new mainboard'];

test('the list names every runbook with its argument and options', async () => {
  const { code, stdout } = await folder.run(['run']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('stackward run disable-compute HOST [--reason TEXT]\n')]);
  expect(stdout).toContain('stackward run delete-stuck-server SERVER [--yes-it-runs]\n');
});

describe('on a host that is switched off', () => {
  beforeEach(async () => {
    host = await computes.add();
  });

  test('--plan shows live values and the undo, and leaves neither change nor record', async () => {
    const { code, stdout } = await folder.run([...disable(), '--plan']);
    expect(code).toBe(2);
    expect(stdout).toContain(`nova-compute on ${host}: enabled, down, heartbeat`);
    expect(stdout).toContain('  1. disable nova-compute on');
    expect(stdout).toMatch(/ {5}now: {2}enabled\n {5}undo: enable nova-compute on /);
    expect(await computes.service(host)).toBe('enabled -');
    expect(readdirSync(folder.folder)).toEqual([]);
  });

  test('a run asks; where nobody can answer it names the command to give; another answer than yes changes nothing', async () => {
    const silent = await folder.run(disable());
    expect([silent.code, silent.stderr]).toEqual([1, expect.stringContaining(`run \`stackward run disable-compute ${host} --reason 'new mainboard' --yes\``)]); // prettier-ignore
    expect((await folder.runOnTerminal(disable(), 'no\n')).stdout).toContain('Cancelled; nothing was changed.');
    expect(await computes.service(host)).toBe('enabled -');
    expect((await folder.runOnTerminal(disable(), 'yes\n')).code).toBe(0);
    expect(await computes.service(host)).toBe('disabled new mainboard');
  });

  test('runs lists it, rollback brings the state before back, and a second rollback has nothing to do', async () => {
    expect((await folder.run([...disable(), '--yes'])).code).toBe(0);
    const [run = ''] = runs();
    expect((await folder.run(['runs'])).stdout).toContain(`${run}  run disable-compute ${host}: 1 of 1 step done in stackward-lab, exit code 0\n`); // prettier-ignore
    const back = await folder.run(['rollback', run, '--auto-approve']);
    expect([back.code, back.stdout]).toEqual([0, expect.stringContaining(`1. enable nova-compute on ${host}: done; now: enabled`)]); // prettier-ignore
    expect(await computes.service(host)).toBe('enabled -');
    expect((await folder.run(['rollback', run, '--auto-approve'])).stdout).toContain('0 steps to do');
    expect((await folder.run(['run', '--resume', '--yes'])).stderr).toContain(
      'no run of a runbook in runs is left open',
    );
  });

  test('a thing that another run has is left to it, by name', async () => {
    const locked = { cloud: 'stackward-lab', thing: `compute ${host}`, runbook: 'remove-compute' };
    const lock = ThingLock.take(join(folder.folder, 'runs'), locked);
    const { code, stderr } = await folder.run([...disable(), '--yes']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/remove-compute is at work on compute \S+ since .*\(process \d+\); wait/)]); // prettier-ignore
    expect((await folder.run([...disable(), '--plan'])).stdout).toContain('at work on it now: remove-compute, by ');
    expect(await computes.service(host)).toBe('enabled -');
    lock.release();
    expect((await folder.run([...disable(), '--yes'])).code).toBe(0);
  });

  test('a process that is killed leaves lock and journal; --resume looks at what it did and finishes the rest', async () => {
    const killed = await folder.run(['run', 'remove-compute', host, '--yes'], '', (child, stdout) => {
      if (/^1\. disable/m.test(stdout)) child.kill('SIGKILL');
    });
    expect(killed.code).toBeNull();
    const { code, stdout } = await folder.run(['run', '--resume', ...runs(), '--yes']);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Resume run \S+: remove-compute /)]);
    expect(await computes.remains(host)).toEqual({ services: 0, nodes: 0, mappings: 0, agents: 0, providers: 0 });
    const [first = '', second = ''] = runs();
    const followed = await folder.run(['rollback', first, '--auto-approve']);
    expect(followed.stderr).toContain(`run ${second} resumed it; roll that back`);
  });
});

test.each(
  someOf([
    [['run', 'disable-compte', 'h'], /there is no runbook "disable-compte" \(did you mean disable-compute\?\)/],
    [['run', 'disable-compute'], /disable-compute works on one HOST; give it/],
    [['run', 'disable-compute', 'cnode01'], /a reason is missing; give it with --reason TEXT/],
    [['run', 'enable-compute', 'cnode01', '--reason', 'x'], /enable-compute takes no --reason TEXT; leave it out/],
    [['run', 'enable-compute', 'cnode0l'], /Nova has no nova-compute on "cnode0l"; did you mean cnode0/],
    [['run', '--resume'], /no run of a runbook in runs is left open/],
  ]),
)('%j is refused in one sentence', async (argv, words) => {
  const { code, stderr } = await folder.run(argv);
  expect([code, stderr]).toEqual([1, expect.stringMatching(words)]);
});
