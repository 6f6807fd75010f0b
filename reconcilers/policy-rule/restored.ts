/** Rules of policy files as they were before a run: what the journal keeps of them. */
import { z } from 'zod';
import { serviceNames } from '../../lib/ports';
import type { Before } from '../../lib/reconciler';
import { releases } from '../../lib/releases';
import { parseImages, type RestoredOn } from '../../lib/restored';
import { recordEntry, type PolicyRuleDeclared } from './spec';

const ruleImage = z.object({
  service: z.enum(serviceNames),
  release: z.enum(releases),
  rule: z.string(),
  role: z.string(),
  file: z.string(),
  /** As it stood in the file; null: it was not there. */
  value: z.string().nullable(),
  /** Null: not recorded. */
  entry: recordEntry.nullable(),
});
export type RuleImage = z.infer<typeof ruleImage>;
const policyRuleImage = z.object({ rules: z.array(ruleImage) });

/** Brings back what a step found, on the hosts where it was found. */
export type PolicyRuleRestore = RestoredOn<z.infer<typeof policyRuleImage>>;

export type PolicyRuleSpec = PolicyRuleDeclared | PolicyRuleRestore;

export const restore = (before: readonly Before[]): PolicyRuleRestore => parseImages(policyRuleImage, before);
