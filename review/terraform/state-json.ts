/** The resources in the text of Terraform's state, as `state pull` gives it (format 4). Its text is hostile too. */
import * as z from 'zod';
import '../../lib/basics/schema-words';
import { asStackwardError, InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { line } from '../../lib/basics/line';
import { sayFault } from '../../lib/basics/schema-fault';
import type { KnownResource } from './plan-json';

const state = z.object({
  resources: z
    .array(
      z.object({
        mode: z.string().max(20),
        type: line,
        name: line,
        instances: z.array(z.object({ attributes: z.record(z.string(), z.unknown()).nullish() })).default([]),
      }),
    )
    .max(100_000)
    .default([]),
});

/**
 * The address lacks the module and the key of the instance.
 * @param text '' if nothing was ever applied
 * @throws InvalidConfiguration if it is no state
 */
export function parseState(text: string, source: string): readonly KnownResource[] {
  if (text.trim() === '') return [];
  try {
    return state
      .parse(parseJson(text))
      .resources.filter(({ mode }) => mode === 'managed')
      .flatMap(({ type, name, instances }) =>
        instances.map(({ attributes }) => ({ address: `${type}.${name}`, type, values: attributes ?? {} })),
      );
  } catch (error) {
    const fault = error instanceof z.ZodError ? sayFault(error) : asStackwardError(error).detail;
    throw new InvalidConfiguration(
      `this is no state that stackward can read: ${fault}; see it with \`terraform show\``,
      {
        where: source,
        about: 'answer',
      },
    );
  }
}
