/**
 * Records what the policy code of a real Neutron answers, for test/unit/policy-neutron.test.ts:
 *
 *     npx tsx test/support/policy-record.ts zed 21.2.1 /path/of/python > test/fixtures/policy/neutron-zed.json
 *
 * The Python is one that has this version of Neutron and all that it needs.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseRelease } from '../../lib/openstack/releases';
import { actionsOf, granted, people, targets, type Recorded } from './policy-grid';

const [name, version = '', python = ''] = process.argv.slice(2);
const release = parseRelease(name);
const rules = actionsOf(release);
const texts = rules.map((rule) => granted(release, rule).after.text);
const cases = [
  ...rules.map((rule) => [rule, null]),
  ...rules.map((rule, index) => [rule, texts[index] === '' ? null : texts[index]]),
];
const input = JSON.stringify({ credentials: people, targets, cases });
const output = execFileSync(python, [join(__dirname, 'policy-neutron.py')], {
  input,
  encoding: 'utf8',
  maxBuffer: 1 << 28,
});
const { credentials, answers } = JSON.parse(output) as { credentials: Recorded['credentials']; answers: string[] };
const recorded: Recorded = {
  about: `neutron ${version} from PyPI, ${new Date().toISOString().slice(0, 10)}: test/support/policy-record.ts`,
  release,
  credentials,
  rules: Object.fromEntries(
    rules.map((rule, index) => [rule, [answers[index] ?? '', answers[index + rules.length] ?? '']]),
  ),
};
process.stdout.write(`${JSON.stringify(recorded).replaceAll('],"', '],\n"')}\n`);
