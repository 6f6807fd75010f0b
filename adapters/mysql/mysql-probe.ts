/**
 * One login to a database, which tells whether it succeeds and why not. The login is complete, because the server
 * counts connections that end before it towards `max_connect_errors`, and then blocks this host.
 */
import { asStackwardError, UnrecoverableError } from '../../lib/basics/errors';
import type { Connection } from '../../lib/contract/report-ports';
import { MysqlReader, type MysqlOptions } from './mysql-database';
import type { MysqlLimits } from './mysql-limits';
import { NotConnected } from './mysql-trouble';

interface Row {
  readonly now: string;
  readonly version: string;
}

/** Whole seconds: MySQL 5.5 knows no fractions. */
const question = 'SELECT CAST(UTC_TIMESTAMP() AS CHAR) AS now, VERSION() AS version';

export async function connectTo(options: MysqlOptions, limits: Partial<MysqlLimits> = {}): Promise<Connection> {
  const reader = new MysqlReader(options, limits);
  try {
    await reader.cluster();
    const sentAt = Date.now();
    const [row] = await reader.query<Row>(question);
    const receivedAt = Date.now();
    const now = Date.parse(`${row?.now.replace(' ', 'T')}Z`);
    if (row === undefined || Number.isNaN(now))
      throw new UnrecoverableError(
        'the database answers SELECT UTC_TIMESTAMP() with something that is no time; see what answers there',
        { about: 'answer' },
      );
    // The server drops fractions of a second. On average its clock was half a second later, give or take another half.
    const aheadSeconds = (now + 500 - (sentAt + receivedAt) / 2) / 1000;
    const clock = { aheadSeconds, withinSeconds: 0.5 + (receivedAt - sentAt) / 2000 };
    return { isOpen: true, version: row.version, clock };
  } catch (error) {
    const trouble = error instanceof NotConnected ? error.trouble : 'other';
    return { isOpen: false, trouble, detail: asStackwardError(error).message };
  } finally {
    await reader.close();
  }
}

/**
 * The rights of the account, as the server lists them for the account. The account's name is removed, because an old
 * server prints the hash of the password after it.
 */
export async function grantsOf(options: MysqlOptions, limits: Partial<MysqlLimits> = {}): Promise<readonly string[]> {
  const reader = new MysqlReader(options, limits);
  try {
    const rows = await reader.query<Record<string, unknown>>('SHOW GRANTS');
    return rows.map((row) =>
      String(Object.values(row)[0])
        .replace(/^GRANT /, '')
        .replace(/ TO .*$/s, ''),
    );
  } finally {
    await reader.close();
  }
}
