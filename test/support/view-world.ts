/** Nova's tables as far as views read them, in schemas of a private MariaDB, with one server that had trouble. */
import type { Connection } from 'mysql2/promise';

const columns = 'created_at DATETIME, deleted_at DATETIME, deleted INT DEFAULT 0';

/** Of a cell; the columns are those of Icehouse and later (nova/db/sqlalchemy/models.py). */
export const cellTables = [
  `CREATE TABLE instances (id INT AUTO_INCREMENT PRIMARY KEY, uuid VARCHAR(36), display_name VARCHAR(255), hostname VARCHAR(255), project_id VARCHAR(255), host VARCHAR(255), vm_state VARCHAR(255), power_state INT, vcpus INT, memory_mb INT, ${columns})`,
  `CREATE TABLE instance_actions (id INT AUTO_INCREMENT PRIMARY KEY, instance_uuid VARCHAR(36), action VARCHAR(255), request_id VARCHAR(255), start_time DATETIME, finish_time DATETIME, message VARCHAR(255), ${columns})`,
  `CREATE TABLE instance_actions_events (id INT AUTO_INCREMENT PRIMARY KEY, action_id INT, event VARCHAR(255), start_time DATETIME, finish_time DATETIME, result VARCHAR(255), traceback TEXT, ${columns})`,
  `CREATE TABLE instance_faults (id INT AUTO_INCREMENT PRIMARY KEY, instance_uuid VARCHAR(36), code INT NOT NULL, host VARCHAR(255), message VARCHAR(255), details MEDIUMTEXT, ${columns})`,
];

export async function makeCell(connection: Connection, schema: string): Promise<void> {
  await connection.query(
    `CREATE DATABASE \`${schema}\` CHARACTER SET utf8; USE \`${schema}\`; ${cellTables.join('; ')}`,
  );
}

/** A server named `jingoo_utm` with the hostname `jingoo-utm`: created, stopped in vain, and failed once. */
export async function addTroubledServer(connection: Connection, schema: string, name: string): Promise<void> {
  const timeOf = (time: string): string => `'2026-03-01 ${time}'`;
  await connection.query(
    `USE \`${schema}\`;
    INSERT INTO instances (uuid, display_name, hostname, created_at) VALUES ('u-${name}', '${name}', '${name.replaceAll('_', '-')}', ${timeOf('09:00:00')});
    INSERT INTO instance_actions (instance_uuid, action, start_time, finish_time) VALUES ('u-${name}', 'create', ${timeOf('09:00:01')}, NULL);
    INSERT INTO instance_actions_events (action_id, event, start_time, finish_time, result) VALUES (LAST_INSERT_ID(), 'compute__do_build_and_run_instance', ${timeOf('09:00:02')}, ${timeOf('09:00:09')}, 'Success');
    INSERT INTO instance_actions (instance_uuid, action, start_time, message) VALUES ('u-${name}', 'stop', ${timeOf('10:00:00')}, 'it did not stop');
    INSERT INTO instance_faults (instance_uuid, code, host, message, details, created_at) VALUES ('u-${name}', 500, 'cnode01', 'No valid host', 'Traceback: …', ${timeOf('10:00:05')});`,
  );
}
