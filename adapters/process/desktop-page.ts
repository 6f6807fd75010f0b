/**
 * Opens an address that is a secret in the desktop's browser.
 *
 * Openers (`xdg-open`, `open`) get an address in their arguments, which every local user can read in /proc, and pass it
 * to the browser in the same way. So the opener gets the name of a local page instead, which only this user can read,
 * in a folder that only this user can enter. The page redirects the browser to the address, and is deleted a few
 * seconds later.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Refused } from '../../lib/basics/errors';

/** The time that a browser has to start and to read the page. */
const readingTimeMs = 10_000;
/** A failing opener reports its failure within this time. */
const stayingTimeMs = 5_000;

/** The variables that an opener and a browser need. The whole environment of this process contains passwords. */
const passed =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TMPDIR|DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_\w+|DBUS_SESSION_BUS_ADDRESS|DESKTOP_SESSION|BROWSER)$/;
const forDesktop = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => passed.test(name)));

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const inHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

export const pageTo = (address: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer"><meta http-equiv="refresh" content="0;url=${inHtml(address)}"><title>Console</title>\n`;

/** @throws Refused where no opener could be started, or it failed */
export async function openInDesktop(address: string, env: NodeJS.ProcessEnv): Promise<void> {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const folder = mkdtempSync(join(env.XDG_RUNTIME_DIR || tmpdir(), 'stackward-console-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  // An interrupt ends the process, and leaves no page behind.
  process.once('exit', remove);
  const end = (): never => process.exit(130);
  process.once('SIGINT', end).once('SIGTERM', end).once('SIGHUP', end);
  try {
    const page = join(folder, 'console.html');
    writeFileSync(page, pageTo(address), { mode: 0o600, flag: 'wx' });
    await run(opener, pathToFileURL(page).href, env);
    await sleep(readingTimeMs);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end).off('SIGHUP', end).off('exit', remove);
    remove();
  }
}

async function run(opener: string, page: string, env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(opener, [page], { env: forDesktop(env), stdio: 'ignore', detached: true });
  const failure = await new Promise<string | undefined>((resolve) => {
    // Some openers run as long as the browser.
    const timer = setTimeout(() => resolve(undefined), stayingTimeMs);
    child.once('error', ({ message }) => resolve(message));
    child.once('exit', (code) => resolve(code === 0 ? undefined : `it ended with ${code}`));
    child.once('close', () => clearTimeout(timer));
  });
  child.unref();
  if (failure !== undefined)
    throw new Refused(
      `the desktop's opener ${opener} could not open the console (${failure}); run the command without --open, and open the address yourself`,
    );
}
