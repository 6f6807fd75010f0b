/** A text from outside that is printed in a CI's log is no command of the CI's runner, and stays the same data in JSON. */
import { complain, say } from '../../cli/terminal';

const commands = [
  '::add-mask::x',
  '  ::set-output name=a::b',
  'why ##[add-path]/tmp',
  '##vso[task.setvariable a=b]',
  '##teamcity[x]',
];
const isCommand = /^\s*::|##(\[|vso\[|teamcity\[)/m;

test.each([
  ['stdout', say],
  ['stderr', complain],
] as const)('%s holds no command of a CI runner', (name, print) => {
  const written: string[] = [];
  const spy = jest.spyOn(process[name], 'write').mockImplementation((text) => written.push(String(text)) > 0);
  for (const text of commands) print(`a line\n${text}\n`);
  print(JSON.stringify({ because: commands }));
  spy.mockRestore();
  expect(written.filter((text) => isCommand.test(text))).toEqual([]);
  expect(JSON.parse(written.at(-1) ?? '')).toEqual({ because: commands });
  expect(written[0]).toBe('a line\n\\u003a:add-mask::x\n');
});
