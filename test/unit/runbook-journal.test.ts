/** The record of a run of a runbook is a stranger's text: each field has a form, and each act checks its own inputs. */
import { parseAnyRun, isRunbook } from '../../lib/journal/runbook-record';
import { restoreStep } from '../../runbooks/registry';

const step = {
  step: 1,
  act: 'compute-enablement',
  title: 'disable nova-compute on cnode01',
  inputs: { host: 'cnode01', to: { isEnabled: false, reason: 'new mainboard' } },
  before: { isEnabled: true },
};
const record = {
  formatVersion: '1.2',
  version: '0.1.0',
  command: 'run',
  by: { host: 'ctl1', pid: 7, identity: 'boot 12' },
  startedAt: '2026-11-29T12:00:00.000Z',
  runbook: 'disable-compute',
  argument: 'cnode01',
  options: { reason: 'new mainboard' },
  thing: 'compute cnode01',
  cloud: 'lab',
  steps: [step],
};
const parse = (change: object, lines: readonly object[] = []) =>
  parseAnyRun(
    'RUN',
    JSON.stringify({ ...record, ...change }),
    lines.map((line) => JSON.stringify(line)).join('\n'),
    undefined,
  );

test.each([
  [{ formatVersion: '2.0' }, /"formatVersion" is of another version/],
  [{ stacks: [] }, /stacks/],
  [{ thing: 'compute\ncnode01' }, /"thing" must be one line/],
  [{ command: '../x' }, /"command" must be the name of a command/],
  [{ options: { reason: 5 } }, /options/],
  [{ steps: [{ ...step, step: 2 }] }, /"steps" are not numbered from 1 on/],
  [{ steps: [{ ...step, more: 1 }] }, /more/],
  [{ steps: Array.from({ length: 1001 }, (_, index) => ({ ...step, step: index + 1 })) }, /steps/],
])('the change %j is refused, and names its field', (change, words) => {
  expect(() => parse(change)).toThrow(words);
});

test.each([
  ['compute-enablement', { ...step.inputs, host: '-oProxyCommand=x' }, /"host" must be the name of a host/],
  ['compute-enablement', { ...step.inputs, to: { isEnabled: false, reason: 'a\nb' } }, /"to.reason" must be one line/],
  ['compute-enablement', { ...step.inputs, more: true }, /more/],
  ['server-state', { server: '../flavors', to: 'error' }, /"server" must be a UUID/],
  ['server-state', { server: '0d5f6a4e-93c1-4a53-8a52-0c2d1f6a7b11', to: 'building' }, /"to"/],
  [
    'compute-rows',
    { host: 'h', services: ['1 OR 1=1'], nodes: [], to: 'deleted' },
    /"services.0" must be the id of a row/,
  ],
  ['format-disk', {}, /the run did "format-disk", which this stackward doesn't know/],
])('the act %s does not take the inputs %j', (act, inputs, words) => {
  expect(() => restoreStep(act, inputs, 'RUN')).toThrow(words);
});

test('a step that was begun and has no result keeps what was there before; lines that a full disk cut are counted', () => {
  const time = '2026-11-29T12:00:01.000Z';
  const run = parse({}, [{ time, step: 1, outcome: 'begun', state: { isEnabled: true } }, { time, step: 1, outcome: 'dreamt' }]); // prettier-ignore
  expect(isRunbook(run) && [run.results.get(1), run.unreadable, run.end]).toEqual([
    { outcome: 'begun', before: { isEnabled: true } },
    1,
    undefined,
  ]);
  const ended = parse({}, [
    { time, step: 1, outcome: 'begun', state: { isEnabled: true } },
    { time, step: 1, outcome: 'done', state: { isEnabled: false } },
  ]);
  expect(isRunbook(ended) && ended.results.get(1)).toEqual({ outcome: 'done', before: { isEnabled: true }, after: { isEnabled: false } }); // prettier-ignore
});
