// Decides which parts of the command share a file. Reading, compiling and loading forty small files takes longer than one
// large file, unless a run needs little of it.
import { basename } from 'node:path';

/**
 * A file holds what these modules need before their first line runs, beside the files before it. Any other part has a
 * file of its own.
 */
const groups = {
  start: ['cli/main.ts'],
  plan: ['cli/commands/plan.ts', 'cli/commands/apply.ts', 'cli/commands/verify.ts'],
  review: ['cli/commands/review.ts', 'cli/commands/deploy.ts', 'cli/commands/rollback.ts'],
};

/**
 * @param outputs of esbuild's metafile
 * @returns the name of the file of each part, by the part's path
 */
export function filesOf(outputs) {
  const paths = Object.keys(outputs);
  const files = new Map(paths.map((path) => [path, basename(path, '.cjs').replace(/^stackward-/, '')]));
  const grouped = new Set();
  for (const [name, sources] of Object.entries(groups)) {
    const entries = paths.filter((path) => sources.includes(outputs[path].entryPoint));
    if (entries.length !== sources.length) throw new Error(`a module of the group ${name} is no entry of the bundle`);
    for (const path of closureOf(outputs, entries)) {
      if (!grouped.has(path)) files.set(path, name);
      grouped.add(path);
    }
  }
  return files;
}

/** The parts that are loaded before the first line of `paths` runs. */
function closureOf(outputs, paths) {
  const found = new Set();
  const visit = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path].imports)
      if (kind === 'import-statement' && outputs[next]) visit(next);
  };
  paths.forEach(visit);
  return found;
}
