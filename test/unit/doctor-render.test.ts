/** What a person at the terminal reads of many findings. */
import { colored, plain } from '../../lib/render/style';
import type { Result } from '../../reports/doctor/check';
import type { Finding } from '../../reports/doctor/doctor';
import { renderFindings, renderFindingsJson } from '../../reports/doctor/render';

const hosts = Array.from({ length: 40 }, (_, index) => `cnode${String(index + 1).padStart(2, '0')}`);
const dead = (host: string, minutes: number): Result => ({
  result: 'fault',
  subject: `nova-compute on ${host}`,
  found: `It has sent no heartbeat for ${minutes} min.`,
  evidence: ['the API says down, enabled'],
  step: `Look on ${host} whether the process runs, and at the end of its log, before you start it again.`,
});
const finding = (result: Result, more: Partial<Finding> = {}): Finding => ({
  check: { code: 'SW-1001', title: 'a service of Nova or Cinder is dead' },
  result,
  ...more,
});
const shown = (findings: readonly Finding[], width = 80): string => renderFindings(findings, [], width, plain);

test('forty dead computes are one block with forty names, one evidence and one step; JSON has each', () => {
  const findings = hosts.map((host, index) => finding(dead(host, 60 + index)));
  const text = shown(findings);
  const flat = text.replace(/\s+/g, ' ');
  expect(flat).toContain(`fault SW-1001 nova-compute on ${hosts.join(', ')} (40 alike) Of cnode01: It has sent no heartbeat for 60 min.`); // prettier-ignore
  expect([text.match(/Step:/g)?.length, text.match(/the API says down/g)?.length]).toEqual([1, 1]);
  expect(text.split('\n').length).toBeLessThan(20);
  expect(text).toMatch(/^40 faults, /m);
  const head = { command: 'doctor', cloud: 'c', time: 't', formatVersion: '1.0' };
  expect(JSON.parse(renderFindingsJson(findings, [], head, 2))).toMatchObject({
    results: hosts.map((host) => ({ subject: `nova-compute on ${host}` })),
  });
});

test('two are not grouped, nor are those that differ in more than names and numbers', () => {
  expect(shown(hosts.slice(0, 2).map((host) => finding(dead(host, 60)))).match(/Step:/g)).toHaveLength(2);
  const [first, second, third] = hosts.slice(0, 3).map((host) => dead(host, 60));
  const different = { ...third, found: 'It has sent no heartbeat for 60 min. Begin here.' } as Result;
  expect(shown([first, second, different].flatMap((result) => (result ? [finding(result)] : []))).match(/Step:/g)).toHaveLength(3); // prettier-ignore
});

test('results that are fine, not looked at or acknowledged are shown once for all hosts as well', () => {
  const fine = (host: string): Result => ({ result: 'fine', subject: `host ${host}`, found: 'Python 3.11, user id 0' });
  const unread = (host: string): Result => ({
    result: 'not looked at',
    subject: `host ${host}`,
    why: `host ${host}: the connection was refused`,
    wasTried: true,
  });
  const acknowledged = { code: 'SW-1001', until: '2999-12-31', because: 'moving house' };
  const text = shown([
    ...hosts.map((host) => finding(fine(host))),
    ...hosts.map((host) => finding(unread(host))),
    ...hosts.map((host) => finding(dead(host, 60), { acknowledged })),
  ]);
  for (const pattern of [/^fine SW-1001/gm, /^not looked at SW-1001/gm, /^known SW-1001/gm])
    expect(text.match(pattern)).toHaveLength(1);
  expect(text).toContain('40 acknowledged, 40 not looked at, 40 fine.');
});

test.each([60, 80, 120])('every line fits %i columns, in colour as without', (width) => {
  const findings = hosts.map((host) => finding(dead(host, 60)));
  const text = shown(findings, width);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
  // eslint-disable-next-line no-control-regex
  expect(renderFindings(findings, [], width, colored).replace(/\u001b\[\d+m/g, '')).toBe(text);
});
