/** The person at the terminal: approval and interrupts. */
import { createInterface } from 'node:readline';
import { Refused } from '../lib/basics/errors';
import { printableLines } from '../lib/basics/printable';
import { withoutCommands } from '../lib/render/style';

/**
 * A failing output never ends the work: an apply continues and writes its journal. If the reader (`| head`) or the
 * terminal is gone, nobody needs more output. For any other cause (a full disk) the reason goes to stderr once, and the
 * run ends with 1.
 */
let isLost = false;
function lose(error: NodeJS.ErrnoException): void {
  if (isLost || error.code === 'EPIPE' || error.code === 'EIO') return;
  isLost = true;
  process.on('exit', () => (process.exitCode = 1));
  complain(`\nThe output can't be written (${error.message}); the work goes on without it.\n`);
}
process.stdout.on('error', lose);
process.stderr.on('error', lose);

/** All output passes this function, so that no text from outside controls a terminal or a CI's runner. */
const harmless = (text: string): string => withoutCommands(printableLines(text));

export function say(text: string): void {
  showStatus('');
  process.stdout.write(harmless(text.endsWith('\n') ? text : `${text}\n`));
}
/** Writes a line of a CSV file, with the line end of RFC 4180. */
export const sayCsv = (line: string): void => void process.stdout.write(`${harmless(line)}\r\n`);
export function complain(text: string): void {
  showStatus('');
  process.stderr.write(harmless(text));
}

let hasStatus = false;

/** Shows one line on the terminal of stderr, in place of the line before. '' takes it away, as any other output does. */
export function showStatus(text: string): void {
  if (text === '' && !hasStatus) return;
  const line = harmless(text).slice(0, (process.stderr.columns || 80) - 1);
  process.stderr.write(`\r\u001b[K${line}`);
  hasStatus = text !== '';
}

/** Width of the terminal, also behind a pager or a filter, because stderr still leads to the terminal. 120 without one. */
export const terminalWidth = (): number =>
  Math.max(process.stdout.columns ?? (process.stderr.isTTY ? process.stderr.columns : undefined) ?? 120, 60);

/** Columns of the terminal that shows stdout. A file or a pipe gets each thing as one line. */
export const outputWidth = (): number => (process.stdout.isTTY ? Math.max(process.stdout.columns || 80, 40) : Infinity);

/** Columns of the terminal that shows stderr. A file or a pipe gets each sentence as one line, which can be searched for. */
export const errorWidth = (): number => (process.stderr.isTTY ? Math.max(process.stderr.columns ?? 80, 60) : Infinity);

/**
 * @param command the command as it was given; the message repeats it with the option
 * @param option the option that approves without a question
 * @throws Refused if nobody can answer
 */
export async function approved(
  options: { readonly autoApprove?: true; readonly json?: true },
  command: string,
  option = '--auto-approve',
): Promise<boolean> {
  if (options.autoApprove) return true;
  if (options.json || !canAsk())
    throw new Refused(
      `approval is needed, and ${options.json ? '--json asks nobody' : 'there is no terminal to ask at'}; once the plan is reviewed, run \`${command} ${option}\``,
    );
  const question = '\nDo you want to perform these actions?\n  Only "yes" is accepted to approve.\n\n  Enter a value: ';
  return (await answerTo(question)) === 'yes';
}

/** True if somebody is there to answer a question. */
export const canAsk = (): boolean => process.stdin.isTTY === true;

/** The line that somebody types; '' for Ctrl-C or the end of the input. */
export async function answerTo(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await new Promise<string>((resolve) => {
    terminal.on('SIGINT', () => terminal.close()).on('close', () => resolve(''));
    terminal.question(question, resolve);
  });
  terminal.close();
  say('');
  return answer.trim();
}

let stops = 0;
let hasWritten = false;

/**
 * Lets an interrupt end the process at once, with the message that nothing was changed. `stopOnInterrupt` takes over
 * before the first write.
 */
export function endOnInterrupt(): void {
  process.on('SIGINT', () => {
    if (stops > 0) return;
    if (!hasWritten) complain('\nInterrupted: nothing was changed.\n');
    process.exit(130);
  });
}

/**
 * The first interrupt, or a terminal that closes, lets the step under way end. The second aborts `atOnce` where the
 * caller takes it; otherwise it ends the process, as each later one does.
 */
export function stopOnInterrupt({ takesAtOnce = false } = {}): {
  signal: AbortSignal;
  atOnce: AbortSignal;
  done: () => void;
} {
  [stops, hasWritten] = [stops + 1, true];
  const controller = new AbortController();
  const atOnce = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted && (!takesAtOnce || atOnce.signal.aborted)) process.exit(130);
    if (controller.signal.aborted) {
      atOnce.abort();
      return;
    }
    controller.abort();
    complain(
      '\nInterrupted: finishing what is under way. A second interrupt ends at once, and may leave its outcome unknown.\n',
    );
  };
  // Both the kernel and the shell may send the signal.
  const onHangUp = (): void => controller.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onHangUp);
  const done = (): void => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onHangUp);
    stops -= 1;
  };
  return { signal: controller.signal, atOnce: atOnce.signal, done };
}
