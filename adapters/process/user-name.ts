/** The name of the user as whom this process runs. */
import { userInfo } from 'node:os';

/** A container may run under a number that no passwd knows. */
export function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
