/**
 * The laws that every kind keeps (lib/contract/reconciler.ts, docs/adr/0009-levels-and-stop.md), shown on a small world of real
 * parts. Each kind brings its world; a new kind gets the whole suite by one call.
 */
import { defined } from '../../lib/basics/defined';
import { bind, type Kind } from '../../lib/contract/kind';
import type { Manifest } from '../../lib/contract/manifest';
import type { Readers, Writers } from '../../lib/contract/ports';
import type { Effect, Reconciler, Step } from '../../lib/contract/reconciler';
import type { Spec } from '../../lib/contract/resource';
import { addSince } from '../../lib/journal/drift';
import type { RecordedRun } from '../../lib/journal/run-record';
import { undoManifests } from '../../lib/journal/journal';
import { apply, plan } from '../../lib/run/engine';
import { CountedWriters } from '../support/counted-writers';
import { RecordedTexts } from '../support/recorded-run';
import { watch } from '../support/watched-kind';

/** Each is declared by a resource of its own, and both are on one target. */
export type Thing = 'first' | 'second';
const both: readonly Thing[] = ['first', 'second'];

export interface KindWorld {
  readonly readers: Readers;
  readonly writers: Writers;
  readonly specs: Readonly<Record<Thing, Spec>>;
  /** The spec of one more thing on that target, needed with `failsAlone`. */
  readonly third?: Spec;
  /** Brings about, before a run, what another kind does for these things of an owner; [] takes it away. */
  precede?(owner: string, things: readonly Thing[]): unknown;
  /**
   * Everything that the kind can change on the target, with all its records. Two states are equal only if nothing
   * changed between them.
   */
  state(): unknown;
  /** Whether the thing is as declared. Reads the real parts and uses no code of the kind. */
  isThere(thing: Thing): unknown;
  /** Somebody changes a thing after stackward has made it as declared. */
  drift(thing: Thing): unknown;
  /** Somebody changes a thing before stackward ever writes it, so that a step planned for it is stale. */
  meddle(thing: Thing): unknown;
  /** The present state of things that look like stackward's and belong to somebody else. */
  decoys(): unknown;
  /** The text of a file on the target, for kinds that write files; undefined: there is none. */
  read?(path: string): string | undefined;
  remove(): unknown;
}

export interface KindTraits {
  /** The unit that `apply` writes as a whole: all steps of a target, or each thing by itself. */
  readonly unit: 'target' | 'thing';
  /** Whether one of two steps may fail while the other succeeds. */
  readonly failsAlone?: true;
  /**
   * The fate of a thing whose declaration leaves the code. `goes with the last`: it goes with the last owner on the
   * target.
   */
  readonly whenRemoved: 'goes' | 'goes with the last' | 'stays';
}

/** Programs that text of an effect may call, and the other form that it has: a request of an API. */
const calls =
  /^(?:rabbitmq-plugins|systemctl|service) [a-z]|^PUT \/v2\.0\/|^(?:make|replace|remove) \/\S+(?: \(sha256 [0-9a-f]{64}\))?$/;

/**
 * An effect is what a step writes, and no words about it: a diff whose lines are in the file afterwards, whole statements,
 * rules, or command lines.
 */
function faultsOf({ language, lines }: Effect, read: KindWorld['read']): string[] {
  const told = lines.join('\n');
  if (language === 'sql') return /;$/.test(told) ? [] : [`no whole statement: ${told}`];
  if (language === 'iptables') return lines.filter((line) => !/^(?:# |[+-] ?)\S/.test(line));
  if (language === 'text') return lines.filter((line) => !calls.test(line));
  const [, path = ''] = /^\+\+\+ (\S.*)$/.exec(lines[1] ?? '') ?? [];
  if (!/^--- \S/.test(lines[0] ?? '') || path === '') return [`no diff: ${told}`];
  const changed = lines.slice(2).filter((line) => /^[+-]/.test(line));
  if (changed.length === 0) return [`no change: ${told}`];
  if (read === undefined || !path.startsWith('/') || path === '/dev/null') return [];
  const text = read(path)?.split('\n') ?? [];
  return changed.filter((line) => line.startsWith('+') && !text.includes(line.slice(1)));
}

export function kindSuite<Declared, Restored, Observed, S extends Step, On>(
  reconciler: Reconciler<Declared, Restored, Observed, S, On>,
  make: () => KindWorld | Promise<KindWorld>,
  traits: KindTraits,
): void {
  const { kind } = reconciler;
  let world: KindWorld;
  let decoys: unknown;
  let writers: CountedWriters;
  let watched: ReturnType<typeof watch<Declared, Restored, Observed, S, On>>;
  let kinds: readonly Kind[];
  let runs: RecordedRun[];
  beforeEach(async () => {
    world = await make();
    runs = [];
    writers = new CountedWriters(world.writers);
    watched = watch(reconciler);
    kinds = [bind(watched.kind)];
    decoys = await world.decoys();
  });
  afterEach(async () => {
    const found = await world.decoys();
    await world.remove();
    expect(found).toEqual(decoys);
    expect(watched.faults).toEqual([]);
  });

  /** @param inTurn the second thing depends on the first */
  function manifest(things: readonly Thing[], owner = 'team-a', inTurn = false): Manifest {
    const stack = `stack-of-${owner}`;
    const pathOf = (thing: Thing): string => `${stack}/${thing}`;
    const resources = things.map((thing) => ({
      path: pathOf(thing),
      stack,
      owner,
      kind,
      spec: world.specs[thing],
      unknown: [],
      dependsOn: inTurn && thing === 'second' ? [pathOf('first')] : [],
    }));
    return { owner, stack, source: stack, removed: [], resources };
  }
  const idOf = (thing: Thing, owner = 'team-a') => `${kind}.stack-of-${owner}/${thing}`;

  async function run(
    manifests: readonly Manifest[],
    more: { readonly between?: () => unknown; readonly signal?: AbortSignal; readonly isRollback?: boolean } = {},
  ) {
    const sweep = more.isRollback ? [] : undefined;
    for (const { owner, resources } of manifests) {
      const named = both.filter((thing) => resources.some(({ path }) => path.endsWith(`/${thing}`)));
      await world.precede?.(owner, resources.length > 0 && named.length === 0 ? both : named);
    }
    const planned = addSince(
      await plan(manifests, kinds, world.readers, undefined, sweep),
      manifests,
      runs.toReversed(),
    );
    await more.between?.();
    const recorded = new RecordedTexts(
      planned,
      manifests,
      defined({ rolledBack: more.isRollback ? 'run-000000' : undefined }),
    );
    const report = await apply(planned, kinds, manifests, world.readers, writers, {
      onResult: recorded.onResult,
      ...defined({ sweep, signal: more.signal }),
    });
    runs.push(recorded.run);
    return {
      planned: planned.steps.map(({ id }) => id),
      since: planned.steps.map(({ since }) => since),
      effects: planned.looks.flatMap((look) => look.effects()),
      outcomes: report.results.map(({ id, outcome, reason }) => `${id} ${reason ?? outcome}`),
      problems: [...planned.problems, ...report.problems],
      undo: () => undoManifests(recorded.run, kinds),
    };
  }
  const applied = (things: readonly Thing[]) => things.map((thing) => `${idOf(thing)} applied`);
  /** A change of the code, or a rollback, is no act of somebody else. */
  const accusations = ({ since }: Awaited<ReturnType<typeof run>>) => since.filter((each) => each?.isOutside === true);
  const areThere = async () => [Boolean(await world.isThere('first')), Boolean(await world.isThere('second'))];

  test('a run on an empty world makes both things, and a second run plans and writes nothing', async () => {
    expect(await areThere()).toEqual([false, false]);
    const first = await run([manifest(both)]);
    expect([first.outcomes.sort(), first.problems]).toEqual([applied(both), []]);
    // A reviewer sees exactly what each step writes.
    const empty = first.effects.filter((written) => written.every(({ lines }) => lines.length === 0));
    expect(empty).toHaveLength(reconciler.effect === undefined ? first.effects.length : 0);
    expect(first.effects.flat().flatMap((written) => faultsOf(written, world.read?.bind(world)))).toEqual([]);
    expect(await areThere()).toEqual([true, true]);
    const [state, commits] = [await world.state(), writers.commits];
    const second = await run([manifest(both)]);
    expect([second.planned, second.problems, writers.commits]).toEqual([[], [], commits]);
    expect(await world.state()).toEqual(state);
  });

  test('a thing that somebody changed is seen and repaired', async () => {
    await run([manifest(both)]);
    const state = await world.state();
    await world.drift('first');
    expect((await areThere())[0]).toBe(false);
    const repaired = await run([manifest(both)]);
    expect([repaired.planned.includes(idOf('first')), repaired.problems]).toEqual([true, []]);
    expect(repaired.since).not.toContainEqual(expect.objectContaining({ isOutside: false }));
    expect([await areThere(), await world.state()]).toEqual([[true, true], state]);
  });

  test('a run whose connection is lost half-way fails, and the next run finishes', async () => {
    const start = await world.state();
    const whole = await run([manifest(both)]);
    const [state, all] = [await world.state(), writers.commits];
    await run(whole.undo(), { isRollback: true });
    expect(await world.state()).toEqual(start);
    writers.left = Math.floor(all / 2);
    const cut = await run([manifest(both)]);
    expect(cut.outcomes).toContainEqual(expect.stringMatching(/TransientError$/));
    writers.left = Infinity;
    expect((await run([manifest(both)])).problems).toEqual([]);
    expect([await areThere(), await world.state()]).toEqual([[true, true], state]);
  });

  test('a thing that somebody changed between plan and apply is StalePlan, and nothing is written', async () => {
    let state: unknown;
    const between = async (): Promise<void> => {
      await world.meddle('second');
      state = await world.state();
    };
    const { outcomes } = await run([manifest(['second'])], { between });
    expect(outcomes).toEqual([`${idOf('second')} StalePlan`]);
    expect(await world.state()).toEqual(state);
  });

  describe('a run that is stopped', () => {
    test('when it has reached the target begins nothing', async () => {
      const state = await world.state();
      const stop = new AbortController();
      const { planned } = await run([manifest(['first'])], {
        between: () => (writers.whenReached = () => stop.abort()),
        signal: stop.signal,
      });
      expect(planned).toEqual([idOf('first')]);
      expect([writers.commits, await world.state()]).toEqual([0, state]);
    });
    const ended =
      traits.unit === 'target' ? 'ends the unit, which is all steps of the target' : 'ends the thing that was begun';
    test(`while it writes ${ended}, and begins no other`, async () => {
      const stop = new AbortController();
      writers.whenWriting = () => stop.abort();
      const { outcomes } = await run([manifest(both)], { signal: stop.signal });
      const count = (end: string): number => outcomes.filter((outcome) => outcome.endsWith(end)).length;
      expect([count(' applied'), count(' skipped')]).toEqual(traits.unit === 'target' ? [2, 0] : [1, 1]);
      expect((await areThere()).filter((isThere) => isThere)).toHaveLength(count(' applied'));
    });
    test('between two levels begins nothing of the second', async () => {
      const stop = new AbortController();
      writers.whenWriting = () => stop.abort();
      const { outcomes } = await run([manifest(both, 'team-a', true)], { signal: stop.signal });
      expect(outcomes).toEqual([`${idOf('first')} applied`, `${idOf('second')} skipped`]);
      expect(watched.calls).toHaveLength(1);
    });
  });

  test('a run of two levels on one target starts the second level from what the first has made', async () => {
    const { outcomes, problems } = await run([manifest(both, 'team-a', true)]);
    expect([outcomes, problems]).toEqual([applied(both), []]);
    expect(watched.calls.map(({ results }) => results.length)).toEqual([1, 1]);
    expect(await areThere()).toEqual([true, true]);
  });

  if (traits.failsAlone)
    test.each([1, 2])(
      'a run whose second thing somebody changes at the %s. write leaves that thing, and does what depends on the first alone',
      async (moment) => {
        const declared = manifest(both);
        const path = `${declared.stack}/third`;
        const [first] = declared.resources;
        const third = { ...first!, path, spec: world.third!, dependsOn: [first!.path] };
        const all = [{ ...declared, resources: [...declared.resources, third] }];
        let writes = 0;
        writers.whenWriting = async () => {
          if (++writes === moment) await world.meddle('second');
        };
        const { outcomes } = await run(all);
        expect(outcomes).toContainEqual(expect.stringMatching(/\/second (StalePlan|TransientError)$/));
        const isFirstDone = outcomes.includes(`${idOf('first')} applied`);
        expect(outcomes).toContain(`${kind}.${path} ${isFirstDone ? 'applied' : 'skipped'}`);
        expect(await areThere()).toEqual([isFirstDone, false]);
        expect((await run(all)).problems).toEqual([]);
        expect(await areThere()).toEqual([true, true]);
        expect(await run(all)).toMatchObject({ planned: [], problems: [] });
      },
    );

  test("a run of either of two owners leaves the other owner's thing as it is", async () => {
    const start = await world.state();
    for (const [thing, owner] of [
      ['first', 'team-a'],
      ['second', 'team-b'],
    ] as const)
      expect((await run([manifest([thing], owner)])).problems).toEqual([]);
    expect(await areThere()).toEqual([true, true]);
    expect(await run([manifest(['first'])])).toMatchObject({ planned: [], problems: [] });
    const gone = await run([manifest([])]);
    expect([gone.planned.length, gone.problems]).toEqual([traits.whenRemoved === 'goes' ? 1 : 0, []]);
    expect(accusations(gone)).toEqual([]);
    expect(await areThere()).toEqual([traits.whenRemoved === 'stays', true]);
    expect((await run([manifest([], 'team-b')])).problems).toEqual([]);
    if (traits.whenRemoved !== 'stays') expect(await world.state()).toEqual(start);
  });

  test('the rollback of a run brings back what was there before, and the next plan accuses nobody of it', async () => {
    const start = await world.state();
    const made = await run([manifest(both)]);
    expect(await areThere()).toEqual([true, true]);
    expect((await run(made.undo(), { isRollback: true })).problems).toEqual([]);
    expect(await world.state()).toEqual(start);
    const again = await run([manifest(both)]);
    expect(again.planned.length).toBeGreaterThan(0);
    expect(accusations(again)).toEqual([]);
    expect(again.since).not.toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('code changed') }),
    );
  });

  if (traits.whenRemoved !== 'stays')
    test('the rollback of a removal brings back thing and record', async () => {
      await run([manifest(both)]);
      const state = await world.state();
      const gone = await run([manifest([])]);
      expect(await areThere()).toEqual([false, false]);
      expect((await run(gone.undo(), { isRollback: true })).problems).toEqual([]);
      expect([await areThere(), await world.state()]).toEqual([[true, true], state]);
    });
}
