/** What a person at the terminal says: approval, and an interrupt. */
import { createInterface } from 'node:readline/promises';
import { InvalidConfiguration } from '../lib/errors';

/** A reader that went away (`| head`) ends the output, never the work: an apply goes on and keeps its journal. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

export const say = (text: string): void => void process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);

/** @throws InvalidConfiguration where nobody can answer */
export async function approved(options: { readonly autoApprove?: true; readonly json?: true }): Promise<boolean> {
  if (options.autoApprove) return true;
  if (options.json || !process.stdin.isTTY)
    throw new InvalidConfiguration(
      'apply would ask for approval, and nobody can answer here; look at `stackward plan`, then run `stackward apply --auto-approve`',
    );
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(
    '\nDo you want to perform these actions?\n  Only "yes" is accepted to approve.\n\n  Enter a value: ',
  );
  terminal.close();
  say('');
  return answer.trim() === 'yes';
}

/** The first interrupt lets the step under way end; a second one ends the process. */
export function stopOnInterrupt(): { signal: AbortSignal; done: () => void } {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
    process.stderr.write(
      '\nInterrupted: finishing the step under way. A second interrupt ends at once, and may leave its outcome unknown.\n',
    );
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { signal: controller.signal, done: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}
