/** Completion as a script of each shell. Names are our own; descriptions are quoted. Pure. */
import type { Shell } from './shells';
import type { Completable, CompletableOption } from './tree';

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const patternOf = (paths: readonly string[]): string => paths.map((path) => quoted(path)).join('|');

const pathsBelow = (all: readonly Completable[]): readonly string[] =>
  all.map(({ path }) => path).filter((path) => path !== '');

/** The arms of a `case` by path and the word before: what may follow an option that takes a value. */
const valueArms = (all: readonly Completable[], sayOf: (option: CompletableOption) => string): string[] =>
  all.flatMap(({ path, options }) =>
    options
      .filter(({ value }) => value !== 'none')
      .map((option) => `    ${quoted(`${path}|${option.name}`)}) ${sayOf(option)}; return ;;`),
  );

/** Both shells keep the path of commands that stand before the cursor in `at`. */
const walk = (all: readonly Completable[], words: string): string[] => [
  `    case "\${at:+$at }${words}" in`,
  `      ${patternOf(pathsBelow(all))}) at="\${at:+$at }${words}" ;;`,
  '    esac',
];

function bash(all: readonly Completable[]): string[] {
  const wordsOf = ({ commands, options, words }: Completable): string =>
    [...commands.map(({ name }) => name), ...words, ...options.map(({ name }) => name)].join(' ');
  return [
    '_stackward() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} at= words= i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    ...walk(all, '${COMP_WORDS[i]}'),
    '  done',
    '  COMPREPLY=()',
    '  case "$at|$before" in',
    ...valueArms(all, ({ value }) =>
      Array.isArray(value)
        ? `COMPREPLY=($(compgen -W ${quoted(value.join(' '))} -- "$word"))`
        : value === 'file'
          ? 'compopt -o default 2>/dev/null'
          : ':',
    ),
    '  esac',
    '  case "$at" in',
    ...all.map((each) => `    ${quoted(each.path)}) words=${quoted(wordsOf(each))} ;;`),
    '  esac',
    '  case "$at" in',
    `    ${patternOf(all.filter(({ takesFile }) => takesFile).map(({ path }) => path))}) [[ $word == -* ]] || compopt -o default 2>/dev/null ;;`,
    '  esac',
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '}',
    'complete -F _stackward stackward',
  ];
}

function zsh(all: readonly Completable[]): string[] {
  const told = (name: string, about: string): string => quoted(`${name}:${about}`);
  const listOf = ({ commands, options, words }: Completable): string =>
    [
      ...commands.map(({ name, about }) => told(name, about)),
      ...words.map((word) => quoted(word)),
      ...options.map(({ name, about }) => told(name, about)),
    ].join(' ');
  return [
    '#compdef stackward',
    '_stackward() {',
    '  local before=${words[CURRENT-1]} at= i',
    '  local -a all',
    '  for ((i = 2; i < CURRENT; i++)); do',
    ...walk(all, '${words[i]}'),
    '  done',
    '  case "$at|$before" in',
    ...valueArms(all, ({ value }) =>
      Array.isArray(value) ? `compadd -- ${value.map(quoted).join(' ')}` : value === 'file' ? '_files' : ':',
    ),
    '  esac',
    '  case "$at" in',
    ...all.map((each) => `    ${quoted(each.path)}) all=(${listOf(each)}) ;;`),
    '  esac',
    '  case "$at" in',
    `    ${patternOf(all.filter(({ takesFile }) => takesFile).map(({ path }) => path))}) [[ \${words[CURRENT]} == -* ]] || _files ;;`,
    '  esac',
    '  _describe stackward all',
    '}',
    'compdef _stackward stackward',
  ];
}

function fish(all: readonly Completable[]): string[] {
  const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const line = (path: string, rest: string): string =>
    `complete -c stackward -n ${text(`__stackward_at "${path}"`)} ${rest}`;
  const valueOf = ({ value }: CompletableOption): string =>
    value === 'none' ? '' : value === 'file' ? ' -r -F' : value === 'other' ? ' -x' : ` -x -a ${text(value.join(' '))}`;
  return [
    'function __stackward_at',
    "  set -l at ''",
    '  for word in (commandline -opc)[2..]',
    '    set -l next (string trim -- "$at $word")',
    `    contains -- "$next" ${pathsBelow(all).map(text).join(' ')}; and set at "$next"`,
    '  end',
    '  test "$at" = "$argv[1]"',
    'end',
    'complete -c stackward -f',
    ...all.flatMap(({ path, commands, options, words, takesFile }) => [
      ...commands.map(({ name, about }) => line(path, `-a ${name} -d ${text(about)}`)),
      ...(words.length === 0 ? [] : [line(path, `-a ${text(words.join(' '))}`)]),
      ...(takesFile ? [line(path, '-F')] : []),
      ...options.map((option) => line(path, `-l ${option.name.slice(2)}${valueOf(option)} -d ${text(option.about)}`)),
    ]),
  ];
}

/** @returns a script that the shell reads by `eval` or `source` */
export const completionScript = (shell: Shell, all: readonly Completable[]): string =>
  `${{ bash, zsh, fish }[shell](all).join('\n')}\n`;
