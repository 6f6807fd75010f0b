/** What a resumption on the command line looks at beside the cloud: its words, the journal under the lock, the holder. */
import { mkdtempSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { JournalFolder } from '../../adapters/files/journal-folder';
import { isRunning, thisProcess } from '../../adapters/process/running-process';
import { refuseBeside } from '../../cli/commands/runbook';
import { refuseFollowed } from '../../cli/run-runbook';
import type { RunbookRecord } from '../../lib/journal/runbook-record';
import { renderCredentialFiles } from '../../runbooks/credential-files';

const first = '20261129T140210.113Z-5a1f8c';
const journals: string[] = [];
afterAll(() => journals.forEach((folder) => rmSync(folder, { recursive: true })));

function journalWith(more: Partial<RunbookRecord>): string {
  const journal = mkdtempSync(join(tmpdir(), 'stackward-followed-'));
  journals.push(journal);
  JournalFolder.begin(journal, {
    formatVersion: '1.2', version: '0', command: 'run', by: thisProcess(), startedAt: '2026-11-29T14:03:00.000Z',
    runbook: 'reset-state', argument: 'web1', options: {}, thing: 'server x', cloud: 'lab', steps: [], ...more,
  }); // prettier-ignore
  return journal;
}

test.each([
  [{ resumes: first }, { resumes: first }],
  [{ rolledBack: first }, { resumes: first }],
  [{ resumes: first }, { rolledBack: first }],
])('a run that %j while somebody was asked is not gone on with by %j', (there, plan) => {
  expect(() => refuseFollowed(plan, journalWith(there))).toThrow(/followed it just now; go on from there/);
});

test.each([{}, { resumes: first }, { rolledBack: first }])('a run that nobody followed goes on by %j', (plan) => {
  expect(() => refuseFollowed(plan, journalWith({ resumes: 'another' }))).not.toThrow();
});

const given = { journal: 'runs' } as never as Parameters<typeof refuseBeside>[1];
test('words that a resumption would not look at are refused', () => {
  expect(() => refuseBeside(undefined, { ...given, resume: first, active: true })).toThrow(/leave out --active/);
  expect(() => refuseBeside(undefined, { ...given, resume: first, yesItRuns: true })).not.toThrow();
  expect(() => refuseBeside('reset-state', { ...given, resume: first })).toThrow(/names the run already; leave out reset-state/); // prettier-ignore
  expect(() => refuseBeside('reset-state', { ...given, resume: true })).not.toThrow();
});

test('of a process that is here and whose identity nobody can read, nobody says that it has ended', () => {
  const own = thisProcess();
  expect([isRunning(own), isRunning({ ...own, identity: 'unknown' }), isRunning({ ...own, identity: 'other' })]).toEqual([true, undefined, false]); // prettier-ignore
  expect(isRunning({ host: hostname(), pid: 2 ** 22 + 1, identity: 'unknown' })).toBe(false);
});

test('openrc unsets what else decides about a login', () => {
  const user = { id: 'u', name: 'alice', domainId: 'd' };
  const own = { authUrl: 'https://k/v3', interface: 'public', region: undefined };
  const { openrc } = renderCredentialFiles(
    { kind: 'password', password: 'x' },
    { user, project: user, own, cloud: 'c' },
  );
  for (const name of ['OS_SYSTEM_SCOPE', 'OS_DOMAIN_ID', 'OS_TRUST_ID', 'OS_REGION_NAME', 'OS_ENDPOINT_TYPE'])
    expect(openrc).toMatch(new RegExp(`^unset .*\\b${name}\\b`, 'm'));
});
