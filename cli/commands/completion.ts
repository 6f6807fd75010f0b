import type { Command } from 'commander';
import { kindNames } from '../../reconcilers/kind-names';
import { runbooks } from '../../runbooks/registry';
import { completionScript } from '../completion/scripts';
import type { Shell } from '../completion/shells';
import { completablesOf } from '../completion/tree';
import { say } from '../terminal';

export function completion(shell: Shell, root: Command): void {
  const known = { arguments: { run: runbooks.map(({ name }) => name) }, values: { '--kind': kindNames } };
  say(completionScript(shell, completablesOf(root, known)));
}
