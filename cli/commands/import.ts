/** `stackward import`: the TypeScript of a project that exists, in one new file. */
import { findText, putNewText } from '../../adapters/files/files';
import { printable, printableJson } from '../../lib/basics/printable';
import { formatVersion } from '../../lib/render/json';
import { codeOf } from '../import/project-code';
import { entryOf } from '../new-project/engines';
import { parsePackageJson } from '../new-project/files';
import type { ImportOptions } from '../options';
import { runReport } from '../run-report';

export const importProject = (options: ImportOptions): Promise<void> =>
  runReport(options, async ({ readers }) => {
    const project = await (await readers.project()).read(options.project);
    const { text, name, unsaid } = codeOf(project, moduleHere());
    const file = options.out ?? `${name}.ts`;
    putNewText(file, text);
    return { seen: { file, name, unsaid }, exitCode: 0, text: textOf, json: jsonOf };
  });

interface Written {
  readonly file: string;
  /** The function in the file. */
  readonly name: string;
  /** One sentence for each thing that the code leaves out. */
  readonly unsaid: readonly string[];
}

const textOf = ({ file, name, unsaid }: Written): string =>
  [
    `Wrote ${file}. Call ${name}(app, cloud) in main.ts; \`stackward explain import\` says what comes next.`,
    ...(unsaid.length === 0 ? [] : ['', 'Not in the code:']),
    ...unsaid.map((words) => `  ${printable(words)}`),
  ].join('\n');

const jsonOf = (written: Written): string => printableJson({ formatVersion, command: 'import', ...written });

/** The module of the constructs in this folder's project. */
function moduleHere(): string {
  const text = findText('package.json');
  if (text === undefined) return entryOf.cdktf;
  const { engines, isClone } = parsePackageJson(text);
  const [engine = 'cdktf'] = engines;
  return isClone ? './constructs' : entryOf[engine];
}
