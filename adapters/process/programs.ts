import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** True if a folder of PATH has a program of this name. */
export function isProgramInPath(name: string, { PATH = '' }: NodeJS.ProcessEnv): boolean {
  return PATH.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
