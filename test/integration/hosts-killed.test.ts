/** stackward itself is killed (SIGKILL) while a host works for it: what is done is found, brought back, or gone on from. */
import { readdirSync } from 'node:fs';
import type { ChildProcess } from 'node:child_process';
import { HostGate } from '../support/host-gate';
import { HostWorld } from '../support/host-world';
import { someOf } from '../support/moments';

let site: HostWorld;
let gate: HostGate;
beforeEach(async () => {
  site = await HostWorld.make();
  gate = new HostGate(site.hosts.folder);
  site.configure({ access: { installed: gate.path } });
});
afterEach(() => site.hosts.remove());

/** The three things are written one after the other: the flag, the grant, the exception. */
const manifest = () =>
  site.manifest({
    'acme/Hairpin': site.flag(),
    'acme/Grant': { ...site.grant(), dependsOn: ['acme/Hairpin'] },
    'acme/Utm/Transit/Green': { ...site.exception(), dependsOn: ['acme/Grant'] },
  });

/** Kills the command while a request that holds this text waits on the host; that request is then done, or never begun. */
async function killedAt(request: string, fate: 'done' | 'drop', args: readonly string[]): Promise<void> {
  site.hosts.command.write('0.json', manifest());
  gate.close(request);
  let child: ChildProcess | undefined;
  const ended = site.hosts.command.run(args, '', (started) => (child = started));
  await Promise.race([gate.reached(), ended]);
  child?.kill('SIGKILL');
  expect((await ended).code).toBeNull();
  await gate.open(fate);
}
const apply = ['apply', '--manifest', '0.json', '--auto-approve'];

/** What a run is killed at, the steps that are done by then, and the request that is under way. */
const kills = [
  ['a flag', 0, '"verb":"set-bridge-flag"'],
  ['a grant', 1, '/policy.yaml","expect"'],
  ['an exception', 2, '"verb":"restore-tables"'],
] as const;

test.each(someOf(kills))(
  'a run killed at %s that the host did all the same: runs says so, and rollback brings everything back',
  async (_, done, request) => {
    const before = site.at();
    await killedAt(request, 'done', apply);
    expect(site.at()).not.toEqual(before);
    const [run = ''] = site.runs;
    expect((await site.hosts.command.run(['runs'])).stdout).toContain(
      `${run}  apply: ${done} of 3 steps applied in acme, killed: what has no outcome may have been done\n`,
    );
    const back = await site.rollback(run);
    expect([back.stderr, back.code]).toEqual(['', 0]);
    expect([site.at(), readdirSync(site.stateFolder())]).toEqual([before, []]);
  },
);

test.each(someOf(kills))(
  'a run killed at %s that the host never began: a second run goes on, and both runs are rolled back',
  async (_, _done, request) => {
    const before = site.at();
    await killedAt(request, 'drop', apply);
    const second = await site.apply(manifest());
    expect([second.stderr, second.code]).toEqual(['', 0]);
    expect(second.stdout).toContain('Apply complete.');
    expect((await site.run(['plan'], manifest())).stdout).toContain('No changes.');
    for (const run of [...site.runs].reverse()) expect((await site.rollback(run)).code).toBe(0);
    expect([site.at(), readdirSync(site.stateFolder())]).toEqual([before, []]);
  },
);

test.each(['done', 'drop'] as const)(
  'a rollback that is killed at a request of the fate "%s" is completed by the same rollback',
  async (fate) => {
    const before = site.at();
    await site.apply(manifest());
    const there = site.at();
    const [run = ''] = site.runs;
    await killedAt('"verb":"restore-tables"', fate, ['rollback', run, '--auto-approve']);
    expect(site.at().tables).toBe((fate === 'done' ? before : there).tables);
    const back = await site.rollback(run);
    expect([back.stderr, back.code]).toEqual(['', 0]);
    expect([site.at(), readdirSync(site.stateFolder())]).toEqual([before, []]);
  },
);
