/** Checks the text of a value without the policy file in which it is to stand. Pure. */
import { asStackwardError } from '../basics/errors';
import type { PolicyEra } from './check';
import { parsePolicyFile } from './file';
import { parseRule } from './parse';

const rule = 'rule';

/**
 * Why a text can't stand in a policy file as exactly one value: it would end early, hold a second rule, or be a value
 * that no service can load. Undefined if it can.
 */
export function faultOfRaw(raw: string, era: PolicyEra): string | undefined {
  // The lines after the first keep the indentation of their former file.
  const margin = /\n( *)\S/.exec(raw)?.[1] ?? '';
  const places = [`{"${rule}": ${raw}}`, `"${rule}": ${raw}\n`, `"${rule}":\n${margin}${raw}\n`];
  return places.some((text) => isAlone(text, raw, era)) ? undefined : 'is not one value of a policy file';
}

function isAlone(text: string, raw: string, era: PolicyEra): boolean {
  try {
    const { entries, values } = parsePolicyFile(text, era);
    const [entry] = entries;
    if (entry === undefined || entries.length !== 1 || values.size !== 1 || entry.rule !== rule) return false;
    parseRule(values.get(rule), era);
    return text.slice(entry.value.start, entry.value.end) === raw;
  } catch (error) {
    asStackwardError(error);
    return false;
  }
}
