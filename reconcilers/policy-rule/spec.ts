/**
 * A role that one rule of a service should admit. The kind's name and its fields are contract
 * (docs/adr/0006-kinds-on-hosts.md).
 */
import * as z from 'zod';
import { line } from '../../lib/basics/line';
import { faultOfRule } from '../../lib/policy/actions';
import { faultOfRole, intents } from '../../lib/policy/intents';
import { serviceNames } from '../../lib/openstack/services';
import { releaseSchema } from '../../lib/openstack/releases';

/** The fields of a grant, each checked by itself. */
export const grantSpec = z.strictObject({
  service: z.enum(serviceNames),
  /** The rule's name in that release: `create_port:fixed_ips:ip_address`. */
  rule: z.string().regex(/^[!-~]+$/, 'must be the name of a policy rule, without blanks'),
  /** The role's name in Keystone. */
  role: z.string().superRefine((role, context) => {
    const fault = faultOfRole(role);
    if (fault !== undefined) context.addIssue(fault);
  }),
  release: releaseSchema,
  /** The intent by which the rule was asked for; absent if the rule itself was named. */
  intent: z.enum(intents).optional(),
  /** The reason, for the reviewer of the plan. */
  reason: line,
  /** True: also where Kolla, Puppet or Ansible writes the file. Default: refused. */
  overrideManager: z.boolean().optional(),
});
export const policyRuleSpec = grantSpec.superRefine(({ service, rule }, context) => {
  const fault = faultOfRule(service, rule);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `it ${fault}`, path: ['rule'] });
});
export type PolicyRuleDeclared = z.infer<typeof policyRuleSpec>;

/** The record of one grant that stackward wrote. */
export const recordEntry = z.object({
  service: z.enum(serviceNames),
  release: releaseSchema,
  rule: z.string(),
  role: z.string(),
  file: z.string(),
  /**
   * The rule's value before the first grant of any role, whoever made that grant. Null: the file didn't have the rule.
   */
  before: z.string().nullable(),
  /** The rule's value with this role as the only granted role. */
  written: z.string(),
  /** The text around a rule that stackward added to the file. */
  frame: z.object({ lead: z.string(), trail: z.string() }).optional(),
  overrideManager: z.boolean().optional(),
  /** The construct's path. */
  path: line,
  stack: line,
});
export type RecordEntry = z.infer<typeof recordEntry>;
