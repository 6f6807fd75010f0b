/** The options that several commands share. */
import { Option, type Command } from 'commander';
import { kinds } from '../reconcilers/registry';

const collect = (value: string, before: readonly string[]): string[] => [...before, value];

export const withColor = (command: Command): Command =>
  command
    .option('--json', 'one JSON document instead of text')
    .addOption(new Option('--color', 'colour even without a terminal'))
    .addOption(new Option('--no-color', 'no colour; so does NO_COLOR'));

export const withSelection = (command: Command, stack = 'only this stack; repeatable'): Command =>
  withColor(command)
    .option('--config <file>', 'default: stackward.yaml in this folder, if there is one')
    .option('--stack <name>', stack, collect, [])
    .option('--kind <kind>', `only this kind (${kinds.map((kind) => kind.kind).join(', ')}); repeatable`, collect, [])
    .option('--target <target>', 'only this target, such as database:neutron; repeatable', collect, [])
    .option('--timezone <zone>', "of times that are shown, such as Asia/Seoul; default: this machine's");

export const withManifest = (command: Command, stack?: string): Command =>
  withSelection(command, stack).option(
    '--manifest <file>',
    'a manifest, instead of the state of this folder\'s stacks; "-" is stdin; repeatable',
    collect,
    [],
  );

export const withJournal = (command: Command): Command =>
  command.option('--journal <folder>', 'where runs are recorded', 'runs');

export const withApproval = (command: Command): Command => withJournal(command).option('--auto-approve', "don't ask");
