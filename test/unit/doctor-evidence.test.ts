/** The evidence of a finding about a heartbeat names what was read. */
import { deadAgent } from '../../reports/doctor/checks/dead-agent';
import { deadService } from '../../reports/doctor/checks/dead-service';
import { disabledService } from '../../reports/doctor/checks/disabled-service';
import type { Settled } from '../../reports/doctor/checks/settled';
import type { Heartbeat } from '../../reports/heartbeats';
import { read } from '../../reports/looked';

const beat: Heartbeat = {
  service: 'neutron',
  name: 'neutron-l3-agent',
  host: 'cnode01',
  isUp: false,
  isEnabled: true,
  writtenBy: 'neutron-server',
  ageSeconds: 900,
  hasMoved: false,
};
const settled = (seen: Heartbeat): Settled => [{ service: seen.service, beats: read([seen]) }];

test.each([
  [240, 'the clock of cnode01 is 4 min ahead of this machine'],
  [-3, 'the clock of cnode01 is 3 s behind this machine'],
])('a dead agent whose host has a clock that is %d s ahead: the evidence says so', (aheadSeconds, line) => {
  const hosts = [{ host: 'cnode01', isHere: false, clock: read({ aheadSeconds, withinSeconds: 0.1 }) }];
  const [result] = deadAgent.judge({ settled: settled(beat), hosts }, String);
  expect(result).toMatchObject({ result: 'fault', evidence: expect.arrayContaining([line]) as unknown });
});

test('a disabled service that the API calls down, and whose heartbeat moves, is not said to be up', () => {
  const skewed: Heartbeat = {
    ...beat,
    service: 'nova',
    name: 'nova-compute',
    isEnabled: false,
    disabledReason: null,
    hasMoved: true,
  };
  const [result] = disabledService.judge(settled(skewed), String);
  expect(result).toMatchObject({
    result: 'risk',
    found: 'It was disabled by an operator, who gave no reason. The API says down.',
  });
});

describe('a nova-compute whose heartbeat stands still', () => {
  const compute: Heartbeat = { ...beat, service: 'nova', name: 'nova-compute', writtenBy: 'conductor' };
  const conductor = (isUp: boolean): Heartbeat => ({ ...compute, name: 'nova-conductor', host: 'ctl1', isUp });
  const judged = (...beats: readonly Heartbeat[]) =>
    deadService.judge([{ service: 'nova', beats: read(beats) }], String).map((result) => ({
      subject: result.subject,
      found: 'found' in result ? result.found : undefined,
    }));

  test('comes after the dead nova-conductor that should write it, and both say where to begin', () => {
    expect(judged(compute, conductor(false))).toEqual([
      { subject: 'nova-conductor on ctl1', found: expect.stringMatching(/begin here\.$/) as unknown },
      { subject: 'nova-compute on cnode01', found: expect.stringContaining('begin there') as unknown },
    ]);
  });

  test('is dead by itself where another nova-conductor is up', () => {
    const found =
      'It has sent no heartbeat for 15 min. Servers there keep running; new ones, and changes to them, wait.';
    expect(judged(conductor(true), compute)).toEqual([{ subject: 'nova-compute on cnode01', found }]);
  });
});
