/** Rules of policy files before a run, as the journal keeps them. */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import { eraOf } from '../../lib/policy/defaults';
import { faultOfRaw } from '../../lib/policy/raw-value';
import type { RestoredOn } from '../../lib/contract/restored';
import { grantSpec, recordEntry, type PolicyRuleDeclared } from './spec';

const path = z.string().regex(/^\/[^\0\n\r]{1,4095}$/, 'must be the path of a file');
/** The text of a value in a file. */
const raw = z.string().max(65_536);
/** The text around a rule that was added: blanks, line ends, a comma. */
const around = z.string().regex(/^[ \t\r\n,]{0,4096}$/, 'may contain only blanks, line ends and a comma');

const grant = { ...grantSpec.pick({ service: true, release: true, rule: true, role: true }).shape, file: path };

const ownEntry = recordEntry
  .extend({ ...grant, before: raw.nullable(), written: raw, path: line, stack: line })
  .extend({ frame: z.strictObject({ lead: around, trail: around }).optional() })
  .strict();

const ruleImage = z
  .strictObject({
    ...grant,
    /** The text of the value in the file; null if the file didn't have the rule. */
    value: raw.nullable(),
    /** Null if no record had the grant. */
    entry: ownEntry.nullable(),
  })
  .superRefine(({ value, entry, ...image }, context) => {
    const different = (['service', 'release', 'rule', 'role', 'file'] as const).find(
      (field) => entry !== null && entry[field] !== image[field],
    );
    if (different !== undefined)
      context.addIssue({
        code: 'custom',
        message: `the record is of another ${different}`,
        path: ['entry', different],
      });
    const era = eraOf(image.release);
    const values = [
      [['value'], value],
      [['entry', 'before'], entry?.before],
      [['entry', 'written'], entry?.written],
    ] as const;
    for (const [field, text] of values) {
      // An entry has an empty text if another grant made the rule.
      const fault = typeof text === 'string' && text !== '' ? faultOfRaw(text, era) : undefined;
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, path: [...field] });
    }
  });
export type RuleImage = z.infer<typeof ruleImage>;
export const policyRuleImage = z.strictObject({ rules: z.array(ruleImage).max(1000) });

/** Restores what a step found, on the hosts where the step found it. */
export type PolicyRuleRestore = RestoredOn<z.infer<typeof policyRuleImage>>;

export type PolicyRuleSpec = PolicyRuleDeclared | PolicyRuleRestore;
