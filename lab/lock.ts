import { spawn, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Waits until no other command changes the lab, and keeps the others waiting until this process ends, however it ends:
 * flock(2) belongs to the open file, which flock(1) shares with this process.
 *
 * @param onWait is called when somebody else holds the lock.
 * @returns what gives the lock back before the process ends.
 */
export async function lock(file: string, onWait: () => void): Promise<() => void> {
  for (;;) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const descriptor = openSync(file, 'a', 0o600);
    const stdio = ['ignore', 'ignore', 'inherit', descriptor] as const;
    if (spawnSync('/usr/bin/flock', ['--nonblock', '3'], { stdio: [...stdio] }).status !== 0) {
      onWait();
      const waiting = spawn('/usr/bin/flock', ['3'], { stdio: [...stdio] });
      await new Promise((resolve) => waiting.on('close', resolve));
    }
    // `down --wipe` removes the file. A lock on a file without a name keeps nobody out.
    const isNamed = statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(descriptor).ino;
    const unlock = (): void => {
      closeSync(descriptor);
    };
    if (isNamed) return unlock;
    unlock();
  }
}
