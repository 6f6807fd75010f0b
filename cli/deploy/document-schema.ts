/** The form of a deploy's document: docs/deploy.schema.json is made of it (`npm run schema`). */
import * as z from 'zod';
import { halves } from '../../lib/journal/deploy-record';
import { documentFormat, type DeployDocument } from './document';

const outcome = z.enum(['done', 'unchanged', 'failed', 'left']);

export const deployDocumentSchema = z
  .object({
    formatVersion: z.literal(documentFormat),
    command: z.literal('deploy'),
    stacks: z
      .record(z.string(), z.object({ terraform: outcome, stackward: outcome }).readonly())
      .readonly()
      .describe('How each half ended, by stack.'),
    problems: z
      .array(
        z
          .object({
            stack: z.exactOptional(z.string()).describe('Absent if the problem belongs to no stack.'),
            half: z.exactOptional(z.enum(halves)).describe('Absent if it is about both halves.'),
            message: z.string(),
          })
          .readonly(),
      )
      .readonly()
      .describe('Why halves failed or were left, and which parts could not be reviewed.'),
    exitCode: z.union([z.literal(0), z.literal(1), z.literal(2)]),
  })
  .readonly();

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
/** Does not compile when the document and the schema differ. */
export const isTheDocument: Same<z.infer<typeof deployDocumentSchema>, DeployDocument> = true;

const error = z.object({ reason: z.string(), message: z.string() });

/** With an error, `stacks` and `problems` are there if something was done before it. */
const printed = z.union([
  deployDocumentSchema,
  z.object({
    ...deployDocumentSchema.unwrap().partial({ command: true, stacks: true, problems: true }).shape,
    error,
  }),
]);

export const deployJsonSchema = (): object => ({
  title: 'The document of `stackward deploy --json`, version 1',
  ...z.toJSONSchema(printed, { io: 'input', override: ({ jsonSchema }) => void delete jsonSchema.readOnly }),
});
