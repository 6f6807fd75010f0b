/** Completion in the real shells, of the script that the program makes from itself. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { pathOf } from '../../cli/examples';
import { completionScript } from '../../cli/completion/scripts';
import { shells, type Shell } from '../../cli/completion/shells';
import { completablesOf } from '../../cli/completion/tree';
import { program } from '../../cli/program';

const folder = mkdtempSync(join(tmpdir(), 'stackward-completion-'));
const known = {
  arguments: { run: ['disable-compute', 'reset-state'] },
  values: { '--kind': ['bridge-port', 'policy-rule'] },
};
const fileOf = (shell: Shell): string => join(folder, shell);

beforeAll(() => {
  for (const shell of shells) writeFileSync(fileOf(shell), completionScript(shell, completablesOf(program(), known)));
  writeFileSync(join(folder, 'acme.plan'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (file: string, ...args: string[]): string =>
  execFileSync(file, args, { encoding: 'utf8', cwd: folder, env: { PATH: process.env.PATH, HOME: folder, TERM: 'dumb' } }); // prettier-ignore

/** Returns the words that each shell offers behind these words. */
const offers: Readonly<Record<Shell, (...words: string[]) => string[]>> = {
  bash: (...words) => {
    const line = `source ${fileOf('bash')}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stackward; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', '--norc', '-c', line, 'bash', 'stackward', ...words)
      .split('\n')
      .filter(Boolean);
  },
  // `compadd` and `_describe` are zsh's own ways to offer words; here they print them.
  zsh: (...words) => {
    const line = `compdef() { }; compadd() { shift; print -l -- "$@" }; _files() { ls }; _describe() { print -l -- "\${(@)\${(P)2}%%:*}" }
source ${fileOf('zsh')}; words=("$@"); CURRENT=$#; _stackward`;
    const all = run('zsh', '-f', '-c', line, 'zsh', 'stackward', ...words)
      .split('\n')
      .filter(Boolean);
    return all.filter((word) => word.startsWith(words.at(-1) ?? ''));
  },
  fish: (...words) =>
    run('fish', '--no-config', '-c', `source ${fileOf('fish')}; complete -C "$argv"`, ['stackward', ...words].join(' '))
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split('\t', 1)[0] ?? ''),
};

// `npm test` installs each shell. A shell that is missing fails here.
describe.each(shells)('%s', (shell) => {
  const offered = offers[shell];

  test.each([
    [['pl'], ['plan']],
    [['doctor', 'pre'], ['preflight']],
    [
      ['trace', 'p'],
      ['packet', 'port'],
    ],
    [['plan', '--su'], ['--summary']],
    [['runs', 'show', '--jou'], ['--journal']],
    [['--color', 'trace', 'server', '--conf'], ['--config']],
    [['review', '--format', 'm'], ['markdown']],
    [['verify', '--kind', 'pol'], ['policy-rule']],
    [['run', 'res'], ['reset-state']],
  ])('offers behind %j: %j', (words, expected) => {
    expect(offered(...words).sort()).toEqual(expected);
  });

  test('offers every command', () => {
    const names = program().commands.map((command) => command.name());
    expect(offered('')).toEqual(expect.arrayContaining(names));
  });

  test('offers nothing where a word is wanted that nobody knows', () => {
    expect(offered('plan', '--stack', 'a')).toEqual([]);
  });
});

const allCommands = (command: Command): Command[] => [command, ...command.commands.flatMap(allCommands)];

test('every command shows an example of itself, with options that it has', () => {
  const root = program();
  for (const command of allCommands(root).filter((each) => each !== root)) {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const [, words = ''] = /\nExample: stackward (.*)\n/.exec(help) ?? [];
    expect(`${words} `).toContain(`${pathOf(command)} `);
    const options = [...words.matchAll(/--[a-z-]+/g)].map(([option]) => option);
    const own = command.options.map(({ long }) => long);
    expect(options.filter((option) => !own.includes(option))).toEqual([]);
  }
});
