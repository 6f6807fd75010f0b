/** An ordinary user of this machine, with its own lines in sudoers, for as long as a test needs it. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';

export interface Login {
  readonly name: string;
  /** Replaces the commands that the login may run as root without a password, and its `Defaults` in sudoers. */
  allow(commands: readonly string[], defaults?: readonly string[]): void;
  remove(): void;
}

/** @param commands in the form of sudoers */
export function makeLogin(shell: string, commands: readonly string[]): Login {
  const name = `sw-${randomBytes(4).toString('hex')}`;
  // No password matches `*`, but the account isn't locked: sshd refuses locked accounts.
  execFileSync('useradd', ['--no-create-home', '--home-dir', '/tmp', '--shell', shell, '--password', '*', name]);
  const sudoers = `/etc/sudoers.d/${name}`;
  const allow = (allowed: readonly string[], defaults: readonly string[] = []): void => {
    const lines = [
      ...defaults.map((setting) => `Defaults:${name} ${setting}\n`),
      ...allowed.map((command) => `${name} ALL=(root) NOPASSWD: ${command}\n`),
    ].join('');
    execFileSync('visudo', ['-c', '-q', '-f', '-'], { input: lines });
    writeFileSync(sudoers, lines, { mode: 0o440 });
  };
  allow(commands);
  return {
    name,
    allow,
    remove: () => {
      rmSync(sudoers, { force: true });
      // A session that was just closed may still be ending.
      execFileSync('userdel', ['--force', name], { stdio: 'ignore' });
    },
  };
}
