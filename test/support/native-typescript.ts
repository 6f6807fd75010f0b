/** The native TypeScript in a project's folder: it checks the same types in a fifth of the time. */
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Gives the folder the packages of the clone, with the native compiler as `typescript`. */
export function linkWithNativeTypeScript(clone: string, folder: string): void {
  const packages = join(clone, 'node_modules');
  mkdirSync(join(folder, 'node_modules'));
  for (const name of readdirSync(packages)) {
    const linked = name === 'typescript' ? 'typescript-native' : name;
    symlinkSync(join(packages, linked), join(folder, 'node_modules', name));
  }
}
