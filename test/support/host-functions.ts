/** Functions of the host program, called without a request: one Python process answers all the calls of a test. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepFolder } from './keep-folder';

const program = readFileSync(join(__dirname, '../../host/stackward-host.py'));

/**
 * A folder with the program as a module, of which each Python keeps its compiled form: to compile the program anew takes Python
 * 0.06 to 0.2 seconds, more than most calls do.
 */
function moduleFolder(): string {
  const made = join(
    tmpdir(),
    `stackward-host-module-${createHash('sha256').update(program).digest('hex').slice(0, 16)}`,
  );
  if (existsSync(made)) return made;
  const making = mkdtempSync(`${made}.`);
  writeFileSync(join(making, 'stackward_host.py'), program);
  keepFolder(making, made);
  return made;
}

/** Reads JSON lines of arguments; answers with what `call` makes of each, or `{"refused": reason}`. */
const driver = (call: string): string => `
import io, json, sys
sys.path.insert(0, sys.argv[1])
import stackward_host
program = vars(stackward_host)
call = eval(${JSON.stringify(call)}, program)
for line in io.open(0, 'rb'):
    try:
        answer = call(*json.loads(line.decode('ascii')))
    except program['Failure'] as failure:
        answer = {'refused': failure.reason}
    print(json.dumps(answer))
`;

/** @param call a Python expression for a function of the program, such as `read_rule` */
export function callHostFunction<T>(
  call: string,
  calls: readonly (readonly unknown[])[],
  python = '/usr/bin/python3',
): T[] {
  const ascii = (value: unknown): string =>
    JSON.stringify(value).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  const answers = execFileSync(python, ['-c', driver(call), moduleFolder()], {
    // Otherwise a machine that forbids compiled files would compile the program for every call.
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '' },
    input: calls.map((call) => `${ascii(call)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return answers
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
