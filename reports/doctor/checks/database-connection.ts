import { untried } from '../../looked';
import type { ProbedDatabase } from '../../sources';
import { defineCheck, notLookedAt, type Result } from '../check';
import { wordsFrom } from './connect-troubles';

function judgeOne({ name, place, user, connection }: ProbedDatabase): Result {
  const subject = `database ${name}`;
  if (!connection.isRead) return notLookedAt(subject, connection);
  const { value } = connection;
  if (value.isOpen) return { result: 'fine', subject, found: `${user} logs in at ${place}, ${value.version}` };
  return {
    result: 'fault',
    subject,
    ...wordsFrom('this machine', value.trouble),
    evidence: [`${user} at ${place}, from this machine`, foundIn(value.detail)],
  };
}

/** A refusal without the part behind its last semicolon: that part is the next step, which doctor shows by itself. */
const foundIn = (detail: string): string => detail.slice(0, detail.lastIndexOf('; ')) || detail;

export const databaseConnection = defineCheck<readonly ProbedDatabase[]>({
  code: 'SW-3001',
  title: 'a database can’t be used from here',
  needs: ['a database'],
  read: (sources) => sources.databases(),
  judge: (databases) =>
    databases.length === 0 ? [notLookedAt('databases', untried('stackward.yaml names none'))] : databases.map(judgeOne),
  page: {
    means:
      'The check makes one complete login from this machine, as stackward does it. The cause follows from how far the login came, and from the server’s error number. (The SQLSTATE is the same for all causes.) The list below has each cause.',
    evidence: 'The server’s own number and words, or the stage at which the connection failed.',
    alike:
      'MySQL’s client says "Lost connection … reading initial communication packet, system error: 110"; doctor calls this "no greeting". A firewall’s ACL can cause it. A service on a controller may fail although this machine succeeds: SW-3002 looks from the controllers.',
    step: 'The list below has a step for each cause.',
    never:
      'Do not raise `max_connect_errors` or `max_connections` before you know who uses all the connections. Do not open the account for `%`.',
  },
});
