/** `stackward import`: the TypeScript of a project that exists, in one new file. */
import { findText, putNewText } from '../../adapters/files/files';
import { printable } from '../../lib/basics/printable';
import { codeOf } from '../import/project-code';
import { entryOf } from '../new-project/engines';
import { parsePackageJson } from '../new-project/files';
import type { ImportOptions } from '../options';
import { runReading } from '../run-report';
import { say } from '../terminal';

export const importProject = (options: ImportOptions): Promise<void> =>
  runReading(options, async ({ readers }) => {
    const project = await (await readers.project()).read(options.project);
    const { text, name, unsaid } = codeOf(project, moduleHere());
    const file = options.out ?? `${name}.ts`;
    putNewText(file, text);
    const left = unsaid.map((words) => `  ${printable(words)}`);
    say(
      [
        `Wrote ${file}. Call ${name}(app, cloud) in main.ts; \`stackward explain import\` says what comes next.`,
        ...(left.length === 0 ? [] : ['', 'Not in the code:', ...left]),
      ].join('\n'),
    );
    return 0;
  });

/** The module of the constructs in this folder's project. */
function moduleHere(): string {
  const text = findText('package.json');
  if (text === undefined) return entryOf.cdktf;
  const { engines, isClone } = parsePackageJson(text);
  const [engine = 'cdktf'] = engines;
  return isClone ? './constructs' : entryOf[engine];
}
