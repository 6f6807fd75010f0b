/** The form of a host's answers about the services of OpenStack (lib/hosts/service-answers.ts). */
import * as z from 'zod';
import { containerRuntimes, type ServiceAnswers } from '../../lib/hosts/service-answers';
import type { ServiceWriteAnswers } from '../../lib/hosts/service-writes';

const short = z.string().max(4_096);
const count = z.number().int().nonnegative();
const seconds = z.number().finite();
const name = short.nullable();

const service = z.string().regex(/^[a-z][a-z0-9_-]{1,99}$/);

const process = z.strictObject({
  pid: count,
  parent: count,
  service,
  title: name,
  argv: z.array(short).max(64),
  environment: z.record(z.string().regex(/^OS_\w{1,252}$/), name),
  user: short,
  folder: name,
  home: name,
  python: z.union([z.literal(2), z.literal(3)]).nullable(),
  unit: name,
  logs: z.array(short).max(20),
  isContained: z.boolean(),
  aliveSeconds: seconds,
});

const text = z.discriminatedUnion('exists', [
  z.strictObject({ exists: z.literal(false), realPath: z.string().max(8_192) }),
  z.strictObject({
    exists: z.literal(true),
    realPath: z.string().max(8_192),
    text: z.string().max(4 << 20),
    mtimeSeconds: seconds,
    mode: count.max(0o7777),
    owner: short,
    group: short,
  }),
]);

const optionName = z.string().max(200);
const lines = z.array(short).max(20);

const option = z.strictObject({
  section: optionName,
  name: optionName,
  former: z.array(z.strictObject({ section: optionName, name: optionName })).max(50),
  multiple: z.boolean(),
});

export const serviceAnswers: { readonly [V in keyof ServiceAnswers]: z.ZodType<ServiceAnswers[V]> } = {
  'service-processes': z.strictObject({ processes: z.array(process).max(512), left: count }),
  'contained-services': z.strictObject({
    services: z
      .array(
        z.strictObject({
          service,
          pid: count,
          runtime: z.enum(containerRuntimes).nullable(),
          container: name,
          sharesNetwork: z.boolean(),
        }),
      )
      .max(512),
    left: count,
  }),
  listeners: z.strictObject({
    sockets: z
      .array(
        z.strictObject({
          address: short,
          port: count.max(65_535),
          holders: z.array(z.strictObject({ pid: count, program: short })).max(64),
        }),
      )
      .max(4_096),
  }),
  'read-config': text,
  'read-interfaces': text,
  'registered-options': z.strictObject({ options: z.array(option).max(20_000) }),
  'described-options': z.strictObject({
    options: z.array(option.extend({ mutable: z.boolean(), secret: z.boolean() })).max(20_000),
  }),
  'log-errors': z.discriminatedUnion('exists', [
    z.strictObject({ exists: z.literal(false) }),
    z.strictObject({ exists: z.literal(true), size: count, mtimeSeconds: seconds, lines }),
  ]),
  'find-in-log': z.discriminatedUnion('exists', [
    z.strictObject({ exists: z.literal(false) }),
    z.strictObject({ exists: z.literal(true), size: count, searched: count, count, lines }),
  ]),
  'log-start': z.discriminatedUnion('exists', [
    z.strictObject({ exists: z.literal(false) }),
    z.strictObject({ exists: z.literal(true), startSeconds: seconds.nullable() }),
  ]),
  'boot-log': z.strictObject({ from: short, lines }),
};

export const serviceWriteAnswers: { readonly [V in keyof ServiceWriteAnswers]: z.ZodType<ServiceWriteAnswers[V]> } = {
  'check-config': z.strictObject({ isChecked: z.boolean() }),
  'restart-unit': z.strictObject({}),
};
