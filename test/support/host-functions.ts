/** Functions of the host program, called without a request: one Python process answers all the calls of a test. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const program = join(__dirname, '../../host/stackward-host.py');

/** Reads JSON lines of arguments; answers with what `call` makes of each, or `{"refused": reason}`. */
const driver = (call: string): string => `
import io, json, sys
program = {'__name__': 'stackward_host', '__file__': sys.argv[1]}
with io.open(sys.argv[1], 'rb') as stream:
    exec(compile(stream.read(), sys.argv[1], 'exec'), program)
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
  const answers = execFileSync(python, ['-c', driver(call), program], {
    input: calls.map((call) => `${ascii(call)}\n`).join(''),
    encoding: 'utf8',
    maxBuffer: 1 << 30,
  });
  return answers
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
