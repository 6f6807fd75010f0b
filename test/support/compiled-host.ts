/**
 * The host program as Python's own compiler makes it of its text. To compile it takes six times as long as to start Python, and
 * the suites that stop the program at each of its changes start it thousands of times.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const hostProgram = join(__dirname, '../../host/stackward-host.py');

const compile =
  'import marshal, sys; path = sys.argv[1]; sys.stdout.buffer.write(marshal.dumps(compile(open(path).read(), path, "exec")))';
let compiled: Buffer | undefined;

/** Writes the compiled program. Answers a Python expression for the code, which /usr/bin/python3 evaluates. */
export function writeCompiledHost(file: string): string {
  compiled ??= execFileSync('/usr/bin/python3', ['-ESc', compile, hostProgram]);
  writeFileSync(file, compiled);
  return `__import__('marshal').load(open('${file}', 'rb'))`;
}
