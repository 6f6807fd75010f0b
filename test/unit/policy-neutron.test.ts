/**
 * Our reading of stock clouds against real Neutrons: for every rule of these releases, who is admitted without a policy file and
 * with the one that a grant makes. The answers were recorded (test/support/policy-record.ts), since a Neutron takes a minute to install.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '../../lib/policy/evaluate';
import { someOf } from '../support/moments';
import { actionsOf, granted, people, targets, type Recorded } from '../support/policy-grid';

const folder = join(__dirname, '../fixtures/policy');
const recorded = readdirSync(folder)
  .filter((name) => name.startsWith('neutron-'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded);

const letters: Readonly<Record<Verdict, string>> = { admitted: 'a', denied: 'd', error: 'e', unknown: '?' };

test('the releases that were recorded have all of their rules', () => {
  expect(recorded.map(({ release }) => release).sort()).toEqual(['2024.2', '2026.2', 'ussuri', 'wallaby', 'zed']);
  for (const { release, rules } of recorded) expect(Object.keys(rules).sort()).toEqual([...actionsOf(release)].sort());
});

test.each(recorded)(
  '$release: before a grant and after it, each rule admits whom the real Neutron admits',
  (record) => {
    const wrong: string[] = [];
    for (const [rule, theirs] of someOf(Object.entries(record.rules))) {
      const { stock, after } = granted(record.release, rule);
      [stock, after].forEach((host, which) => {
        const row = record.credentials.flatMap((credential) =>
          targets.map((target) => letters[host.verdict(target, credential)]),
        );
        row.forEach((letter, index) => {
          if (letter !== theirs[which]?.[index])
            wrong.push(`${rule} ${which} ${index}: ${letter}, not ${theirs[which]?.[index]}`);
        });
      });
    }
    expect(wrong.slice(0, 10)).toEqual([]);
  },
);

test.each(recorded)(
  '$release: the real Neutron admits the role after the grant, and refuses nobody whom it admitted',
  ({ rules }) => {
    const operator = people.findIndex(({ roles }) => roles.includes('Operator'));
    for (const [rule, [before, after]] of Object.entries(rules)) {
      expect([rule, after.slice(operator * targets.length, (operator + 1) * targets.length)]).toEqual([rule, 'aaa']);
      const kept = [...before].map((letter, index) =>
        Math.floor(index / targets.length) === operator ? 'a' : letter === 'e' ? (after[index] ?? '') : letter,
      );
      expect([rule, after]).toEqual([rule, kept.join('')]);
    }
  },
);
