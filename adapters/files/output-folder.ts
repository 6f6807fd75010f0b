import { isAbsolute, join } from 'node:path';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { findText } from './files';

/**
 * The folder that cdktf writes: `output` of cdktf.json, or `cdktf.out`.
 * @param folder the project's folder
 * @throws InvalidConfiguration naming cdktf.json
 */
export function outputFolder(folder: string): string {
  const where = join(folder, 'cdktf.json');
  const { output } = parse(findText(where) ?? '{}', where);
  const named = typeof output === 'string' ? output : 'cdktf.out';
  return isAbsolute(named) ? named : join(folder, named);
}

function parse(text: string, where: string): { readonly output?: unknown } {
  try {
    return JSON.parse(text) as { readonly output?: unknown };
  } catch (cause) {
    throw new InvalidConfiguration(`it is not JSON (${(cause as Error).message}); mend it`, {
      where,
      cause,
      about: 'file',
    });
  }
}
