/** The form of a host's answers about settings in Python (lib/hosts/settings-answers.ts). */
import * as z from 'zod';
import type { PythonValue, ToldSetting, ToldSettings } from '../../lib/hosts/settings-answers';
import { maxLiteral } from '../../lib/python-settings/literal';

const count = z.number().int().nonnegative();
const place = { line: count, column: count };
const written = { ...place, source: z.string().min(1).max(maxLiteral), isStatement: z.boolean() };
const scalar = z.union([z.null(), z.boolean(), z.number(), z.string().max(maxLiteral)]);
/** A literal of this length has no more brackets; JSON.parse took the depth. */
const value: z.ZodType<PythonValue> = z.union([scalar, z.lazy(() => z.array(value).max(maxLiteral))]);

const setting: z.ZodType<ToldSetting> = z.discriminatedUnion('is', [
  z.strictObject({ ...written, is: z.literal('literal'), value }),
  z.strictObject({ ...written, is: z.literal('name') }),
  z.strictObject({
    ...place,
    is: z.enum(['computed', 'secret', 'conditional', 'changed', 'lacking', 'imported']),
  }),
]);

const star = z.strictObject({
  module: z.string().max(1000),
  level: count,
  line: count,
  isGuarded: z.boolean(),
  isConditional: z.boolean(),
});

const realPath = z.string().max(8192);

export const toldSettings: z.ZodType<ToldSettings> = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false), realPath }),
  z.strictObject({
    exists: z.literal(true),
    realPath,
    mtimeSeconds: z.number().finite(),
    links: count,
    managers: z.array(z.enum(['Ansible', 'Puppet', 'Kolla'])),
    stars: z.array(star).max(1000),
    settings: z.array(z.array(setting).max(10_000)).max(64),
  }),
]);
