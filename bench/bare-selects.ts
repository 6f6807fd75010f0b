/**
 * Reads the rows of a plan by bare SELECTs, in a process of its own and cold, as the plan is. Bundled like the command.
 * Prints the seconds from connect to the last row. Arguments: port, file with the subnets' ids.
 */
import { readFileSync } from 'node:fs';
import { createConnection } from 'mysql2/promise';

async function main(): Promise<void> {
  const [port = '', file = ''] = process.argv.slice(2);
  const ids = JSON.parse(readFileSync(file, 'utf8')) as string[];
  const started = process.hrtime.bigint();
  const password = process.env['NEUTRON_PASSWORD'] ?? '';
  const connection = await createConnection({
    host: '127.0.0.1',
    port: Number(port),
    user: 'root',
    password,
    database: 'neutron',
  });
  for (let from = 0; from < ids.length; from += 500) {
    const chunk = [ids.slice(from, from + 500)];
    await connection.query('SELECT id, network_id, cidr, gateway_ip, ip_version FROM subnets WHERE id IN (?)', chunk);
    await connection.query(
      'SELECT id, subnet_id, first_ip, last_ip FROM ipallocationpools WHERE subnet_id IN (?)',
      chunk,
    );
    await connection.query(
      'SELECT p.id, s.neutron_subnet_id, p.first_ip, p.last_ip FROM ipamsubnets s JOIN ipamallocationpools p ON p.ipam_subnet_id = s.id WHERE s.neutron_subnet_id IN (?)',
      chunk,
    );
  }
  await connection.end();
  process.stdout.write(String(Number(process.hrtime.bigint() - started) / 1e9));
}

void main();
