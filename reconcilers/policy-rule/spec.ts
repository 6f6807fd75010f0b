/** One role that one rule of a service is to admit. Kind name and fields are contract (docs/adr/0006-kinds-on-hosts.md). */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import { faultOfRule } from '../../lib/policy/actions';
import { faultOfRole, intents } from '../../lib/policy/intents';
import { serviceNames } from '../../lib/openstack/services';
import { releaseSchema } from '../../lib/openstack/releases';

/** Its fields, each by itself. */
export const grantSpec = z.strictObject({
  service: z.enum(serviceNames),
  /** As that release names it: `create_port:fixed_ips:ip_address`. */
  rule: z.string().regex(/^[!-~]+$/, 'must be the name of a policy rule, without blanks'),
  /** By its name in Keystone. */
  role: z.string().superRefine((role, context) => {
    const fault = faultOfRole(role);
    if (fault !== undefined) context.addIssue(fault);
  }),
  release: releaseSchema,
  /** What the rule was asked for by; absent where it was named itself. */
  intent: z.enum(intents).optional(),
  /** Why, for whoever reviews the plan. */
  reason: line,
  /** True: also where Kolla, Puppet or Ansible writes the file. Default: refused. */
  overrideManager: z.boolean().optional(),
});
export const policyRuleSpec = grantSpec.superRefine(({ service, rule }, context) => {
  const fault = faultOfRule(service, rule);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `it ${fault}`, path: ['rule'] });
});
export type PolicyRuleDeclared = z.infer<typeof policyRuleSpec>;

/** What is kept of one grant that we wrote. */
export const recordEntry = z.object({
  service: z.enum(serviceNames),
  release: releaseSchema,
  rule: z.string(),
  role: z.string(),
  file: z.string(),
  /** As it stood in the file before the first grant of any role, whoever made it. Null: the file was silent. */
  before: z.string().nullable(),
  /** As it would stand in the file with this role as the only one that was granted. */
  written: z.string(),
  /** What was written around a rule that was not there. */
  frame: z.object({ lead: z.string(), trail: z.string() }).optional(),
  overrideManager: z.boolean().optional(),
  /** The construct's. */
  path: line,
  stack: line,
});
export type RecordEntry = z.infer<typeof recordEntry>;
