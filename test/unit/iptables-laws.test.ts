import fc from 'fast-check';
import { findOwnChains, renderReplacement } from '../../lib/iptables/own-chain';
import { commentOf, findPath } from '../../lib/iptables/rule-comment';
import { parseRuleset, renderRuleset } from '../../lib/iptables/ruleset';
import { chain, ownRules, tables, withoutOurs } from '../support/iptables-arbitrary';
import { numberOfRuns } from '../support/moments';
import { restore, RestoreRefused, rulesAsText } from '../support/iptables-restored';

describe('replacing our chain in generated rule sets', () => {
  test('leaves every foreign line, byte for byte and in order, and makes what is wanted', () => {
    const runs = numberOfRuns(200);
    let changed = 0;
    fc.assert(
      fc.property(tables, ownRules, ({ text }, wanted) => {
        const ruleset = parseRuleset(text);
        expect(renderRuleset(ruleset)).toBe(text);
        const change = renderReplacement(chain, findOwnChains(ruleset, chain), wanted);
        const after = restore(ruleset, change);
        if (change !== '') changed += 1;
        expect(withoutOurs(rulesAsText(after))).toEqual(withoutOurs(rulesAsText(ruleset)));
        const place = (rules: readonly string[]) =>
          rules.length > 0 ? { exists: true, jumps: 1, rules } : { exists: false, jumps: 0, rules: [] };
        expect(findOwnChains(after, chain)).toEqual({ mangle: place(wanted.mangle), filter: place(wanted.filter) });
        expect(renderReplacement(chain, findOwnChains(after, chain), wanted)).toBe('');
      }),
      { numRuns: runs },
    );
    expect(changed).toBeGreaterThan(0.9 * runs);
  });

  test('fails as a whole in a table where a rule came, changed or went', () => {
    const runs = numberOfRuns(150);
    let refused = 0;
    const meddle = fc.constantFrom<(rules: string[]) => void>(
      (rules) => rules.push('-s 192.0.2.66/32 -j DROP'),
      (rules) => rules.pop(),
      (rules) => rules.splice(0, 1, `${rules[0] ?? ''} -j DROP`),
    );
    fc.assert(
      fc.property(tables, ownRules, meddle, ({ text, seen }, wanted, change) => {
        const ruleset = parseRuleset(text);
        const own = findOwnChains(ruleset, chain);
        fc.pre(seen.filter.length > 0 && own.filter.jumps === 1);
        const rules = [...seen.filter];
        change(rules);
        const others = text
          .split('\n')
          .filter((line) => !line.startsWith(`-A ${chain} -s`) || !seen.filter.includes(line.slice(chain.length + 4)));
        others.splice(others.lastIndexOf('COMMIT'), 0, ...rules.map((rule) => `-A ${chain} ${rule}`));
        const moved = parseRuleset(others.join('\n'));
        const only = renderReplacement(
          chain,
          { ...own, mangle: { exists: false, jumps: 0, rules: [] } },
          { mangle: [], filter: wanted.filter },
        );
        fc.pre(only !== '');
        refused += 1;
        expect(() => restore(moved, only)).toThrow(RestoreRefused);
      }),
      { numRuns: runs },
    );
    expect(refused).toBeGreaterThan(runs / 2);
  });
});

describe("a construct's path as a comment", () => {
  const part = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      'neutron-openvswi-x',
      'quantum-linuxbri',
      'Neutron-filter-top',
      '"',
      '\\',
      "'",
      '%2D',
      'é -j y',
      '\n',
    ),
  );
  const path = fc.array(part, { minLength: 2, maxLength: 30 }).map((parts) => parts.join('/'));

  test('one word of at most 255 plain characters, with no wrap name in it, read back', () => {
    fc.assert(
      fc.property(path, (constructPath) => {
        const comment = commentOf(constructPath);
        expect(comment).toMatch(/^[\w./:@+=,~%-]{1,255}$/);
        expect(comment).not.toMatch(/neutron-|quantum-/i);
        const found = findPath(comment);
        if (comment.length < 230) expect(found).toBe(constructPath);
        else expect(constructPath.startsWith(found?.split('/')[0] ?? '?')).toBe(true);
      }),
      { numRuns: numberOfRuns(150) },
    );
  });

  test('long paths that differ at their ends have comments that differ, and keep their stack', () => {
    const long = `acme/${'x/'.repeat(200)}`;
    const [a, b] = [commentOf(`${long}a`), commentOf(`${long}b`)];
    expect([a.length <= 255, a === b, findPath(a)?.startsWith('acme/x/')]).toEqual([true, false, true]);
    const wide = `acme/${'語'.repeat(100)}`;
    expect(findPath(commentOf(wide))).toMatch(/^acme\/語+~[0-9a-f]{16}$/u);
  });

  test.each([
    '',
    'allow-dns',
    'acme/Branch',
    'https://jira/OPS-4711',
    ...['', 'a b/c', '%zz/a', '"/'].map((rest) => `stackward:${rest}`),
  ])('%j is no path of ours', (comment) => {
    expect(findPath(comment)).toBeUndefined();
  });
});
