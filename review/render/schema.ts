/**
 * The form of a review as JSON: docs/review.schema.json is made of it (`npm run schema`), and a review that comes from a
 * file is read by it. The compiler compares it with the model both ways.
 */
import * as z from 'zod';
import type { Target } from '../../lib/contract/target';
import { formatVersion, type Review } from '../model';
import type { Result } from './result';

const text = z.string();
const texts = z.array(text).readonly();
const listOf = <T extends z.ZodType>(item: T) => z.array(item).readonly();
const maybe = <T extends z.ZodType>(inner: T) => z.exactOptional(inner);

const wayBack = z.discriminatedUnion('isPossible', [
  z.object({ isPossible: z.literal(true), how: text }).readonly(),
  z.object({ isPossible: z.literal(false), why: text }).readonly(),
]);

const passage = z.enum(['passes', 'dropped']);

const witness = z
  .object({
    packet: text,
    before: passage,
    after: passage,
    outside: maybe(z.enum(['source', 'destination', 'port'])),
    certainty: z.discriminatedUnion('isProved', [
      z.object({ isProved: z.literal(true), host: text }).readonly(),
      z.object({ isProved: z.literal(false), because: text }).readonly(),
    ]),
  })
  .readonly();

const terraformAction = z.enum(['create', 'update', 'replace', 'delete', 'import', 'move', 'forget']);

const attribute = z.object({ name: text, before: maybe(text), after: maybe(text) }).readonly();

const resourceChange = z
  .object({
    address: text,
    path: text,
    type: text,
    action: terraformAction,
    subject: text,
    attributes: listOf(attribute),
    replacedBecause: texts,
    movedFrom: maybe(text),
    importedId: maybe(text),
    wayBack,
    witnesses: listOf(witness),
  })
  .readonly();

const target = z.templateLiteral([z.enum(['database', 'api', 'host']), ':', z.string()]) as z.ZodType<Target>;

const ownChange = z
  .object({
    id: text,
    kind: text,
    target,
    action: z.enum(['create', 'update', 'delete']),
    subject: text,
    because: text,
    changes: listOf(z.object({ attribute: text, before: maybe(text), after: maybe(text) }).readonly()),
    notes: texts,
    effect: listOf(z.object({ language: z.enum(['sql', 'diff', 'iptables', 'text']), lines: texts }).readonly()),
    wayBack,
  })
  .readonly();

const stack = z
  .object({
    name: text,
    dependsOn: texts,
    waitsFor: maybe(texts),
    removesAfter: maybe(listOf(z.object({ stack: text, because: text }).readonly())),
    terraform: listOf(resourceChange),
    outputs: listOf(attribute),
    drift: listOf(resourceChange),
    ours: listOf(ownChange),
    declares: listOf(z.object({ path: text, type: text }).readonly()),
    waiting: texts,
    warnings: texts,
  })
  .readonly();

const risk = z
  .object({
    class: text,
    severity: z.enum(['high', 'medium', 'low']),
    stack: text,
    where: text,
    message: text,
    wayBack,
    witnesses: listOf(witness),
    needs: texts,
    isForbidden: z.boolean(),
  })
  .readonly();

const left = z.union([z.number(), z.literal('?')]);

const reach = z
  .object({
    projects: texts,
    servers: maybe(texts),
    ports: maybe(texts),
    floatingIps: maybe(texts),
    hosts: texts,
    pools: listOf(z.object({ subnet: text, before: left, after: left }).readonly()),
  })
  .readonly();

const node = z
  .object({
    id: text,
    sort: z.enum(['tenant', 'network', 'router', 'server', 'utm', 'host']),
    label: text,
    details: texts,
    within: maybe(text),
    change: maybe(terraformAction),
  })
  .readonly();

const topology = z
  .object({ nodes: listOf(node), links: listOf(z.object({ from: text, to: text, label: text }).readonly()) })
  .readonly();

const unreviewed = z.object({ stack: text, message: text }).readonly();

export const reviewSchema = z
  .object({
    formatVersion: z.literal(formatVersion),
    made: text,
    by: text,
    commit: maybe(z.object({ id: text, hasChanges: z.boolean() }).readonly()),
    version: text,
    engine: z.object({ name: z.enum(['terraform', 'tofu']), version: text }).readonly(),
    stacks: listOf(stack),
    risks: listOf(risk),
    acknowledged: listOf(z.object({ risk, reason: text, until: text }).readonly()),
    reach,
    topology,
    problems: listOf(unreviewed),
    notCompared: listOf(unreviewed),
    warnings: texts,
  })
  .readonly();

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Does not compile when the model and the schema differ. */
export const isTheModel: Same<z.infer<typeof reviewSchema>, Review> = true;

/** The output of `--format json`: the model, its result, and the exit code. */
const printed = z.object({
  ...reviewSchema.unwrap().shape,
  result: z.enum(['problem', 'forbidden', 'something', 'nothing'] satisfies Result[]),
  exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
});

/** The JSON Schema of that, for other programs. A new minor version only adds fields, so readers must allow more. */
export const reviewJsonSchema = (): object => ({
  title: 'A review of stackward, version 1',
  ...z.toJSONSchema(printed, { io: 'input', override: ({ jsonSchema }) => void delete jsonSchema.readOnly }),
});
