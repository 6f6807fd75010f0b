/** Writes the files of one host in one request: what runs comes before what runs it, and goes after it. */
import { createHash } from 'node:crypto';
import { TransientError } from '../../lib/errors';
import type { HostWrite } from '../../lib/host';
import type { Writers } from '../../lib/ports';
import type { StepResult, Target } from '../../lib/reconciler';
import type { BootRestoreStep } from './diff';
import { dropInPath } from './files';
import type { BootRestoreObserved } from './observe';

export async function* apply(
  steps: readonly BootRestoreStep[],
  observed: BootRestoreObserved,
  target: Target,
  to: Writers,
): AsyncIterable<StepResult> {
  const wishes = [...new Map(steps.flatMap((step) => [...step.files]))];
  const wrong = wishes.filter(([path, content]) => (observed.files.get(path)?.content ?? null) !== content);
  const made = wrong.filter(([, content]) => content !== null);
  const removed = wrong.filter(([, content]) => content === null).reverse();
  const order = [...made, ...removed];
  const writes = order.map(([path, content]) => writeOf(path, content, observed));
  const [outcomes = []] = writes.length === 0 ? [] : await (await to.host(target)).write([writes]);
  for (const [at, [path, content]] of order.entries())
    if (outcomes[at]?.ok) observed.files.set(path, content === null ? undefined : { content, sha256: sha256(content) });
  const failed = order.findIndex((_, at) => !outcomes[at]?.ok);
  const outcome = outcomes[failed];
  for (const { id } of steps) {
    if (failed < 0) yield { id, outcome: 'applied' };
    else {
      const error = outcome && !outcome.ok ? outcome.error : new TransientError('the host gave no answer to it');
      yield { id, outcome: 'failed', reason: error.reason, message: error.message };
    }
  }
}

const sha256 = (content: string): string => createHash('sha256').update(content).digest('hex');

function writeOf(path: string, content: string | null, { files }: BootRestoreObserved): HostWrite {
  const expect = files.get(path)?.sha256 ?? null;
  const isDropIn = path === dropInPath;
  if (content === null) return { verb: 'remove-file', path, expect: expect ?? '', removeFolder: isDropIn };
  const encoded = Buffer.from(content).toString('base64');
  return {
    verb: 'swap-file',
    path,
    expect,
    content: encoded,
    makeFolder: true,
    sameIsDone: true,
    folderMode: isDropIn ? 0o755 : 0o700,
  };
}
