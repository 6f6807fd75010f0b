import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mariadbSocket, run, sql } from '../command';
import type { Declare, Stage } from '../declaration';
import type { Lab } from '../environment';

export const DATABASES = ['keystone', 'glance', 'placement', 'neutron', 'cinder', 'nova', 'nova_api', 'nova_cell0'];

/** SQLAlchemy's address of a database. */
export const databaseUrl = (lab: Lab, name: string): string =>
  `mysql+pymysql://stack:${lab.passwords.services}@127.0.0.1:${String(lab.ports.mariadb)}/${name}?charset=utf8`;

/** The grants of docs/database-grants.md, "apply: Newton and later". */
const STACKWARD_GRANTS = {
  'SELECT, INSERT, DELETE, UPDATE (first_ip, last_ip)': ['ipallocationpools', 'ipamallocationpools'],
  SELECT: ['subnets', 'ipallocations', 'ipamsubnets'],
};

export const database: Declare = (lab) => {
  const data = join(lab.folder, 'mariadb');
  const command = [
    'mariadbd',
    '--no-defaults',
    '--user=root',
    `--datadir=${data}`,
    `--socket=${mariadbSocket(lab)}`,
    `--pid-file=${join(lab.folder, 'run', 'mariadb.own-pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${String(lab.ports.mariadb)}`,
    '--skip-name-resolve',
    '--max-connections=1000',
    '--skip-log-bin',
    '--innodb-buffer-pool-size=256M',
    '--innodb-flush-log-at-trx-commit=0',
    '--character-set-server=utf8mb3',
    '--collation-server=utf8mb3_general_ci',
  ];
  return {
    stages: [
      {
        name: 'mariadb-data',
        needs: [],
        isDone: () => existsSync(data),
        run: () => installData(lab, data),
      },
      accounts(lab),
      stackwardAccount(lab),
    ],
    services: [
      {
        name: 'mariadb',
        needs: ['mariadb-data'],
        command,
        port: lab.ports.mariadb,
        isReady: () => sql(lab, 'SELECT 1').then(() => true),
      },
    ],
  };
};

/** Made in a folder beside, so that the data folder exists only when it is complete. */
async function installData(lab: Lab, data: string): Promise<void> {
  const part = `${data}.part`;
  rmSync(part, { recursive: true, force: true });
  await run(
    lab,
    [
      'mariadb-install-db',
      '--no-defaults',
      '--user=root',
      `--datadir=${part}`,
      '--auth-root-authentication-method=socket',
      '--auth-root-socket-user=root',
      '--skip-test-db',
    ],
    { stage: 'mariadb-data', log: 'mariadb-data' },
  );
  renameSync(part, data);
}

function accounts(lab: Lab): Stage {
  return {
    name: 'database-accounts',
    needs: ['mariadb'],
    run: async () => {
      const grants = DATABASES.map((name) => `GRANT ALL ON ${name}.* TO stack@'127.0.0.1';`);
      await sql(
        lab,
        `CREATE OR REPLACE USER stack@'127.0.0.1' IDENTIFIED BY '${lab.passwords.services}'; ${grants.join(' ')}`,
        'database-accounts',
      );
    },
  };
}

function stackwardAccount(lab: Lab): Stage {
  const grants = Object.entries(STACKWARD_GRANTS).flatMap(([privileges, tables]) =>
    tables.map((table) => `GRANT ${privileges} ON neutron.${table} TO stackward@'127.0.0.1';`),
  );
  return {
    name: 'stackward-account',
    needs: ['neutron-database'],
    key: grants.join(' '),
    run: async () => {
      await sql(
        lab,
        `CREATE OR REPLACE USER stackward@'127.0.0.1' IDENTIFIED BY '${lab.passwords.stackward}'; ${grants.join(' ')}`,
        'stackward-account',
      );
    },
  };
}

export interface Migration {
  readonly name: string;
  readonly databases: readonly string[];
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly needs?: readonly string[];
}

/** A stage that makes databases empty and then fills them. An interrupted one starts again from empty databases. */
export function migration(lab: Lab, { name, databases, command, environment, needs = [] }: Migration): Stage {
  return {
    name,
    needs: ['database-accounts', ...needs],
    run: async () => {
      const empty = databases.map((each) => `CREATE OR REPLACE DATABASE ${each};`).join(' ');
      await sql(lab, `SET foreign_key_checks = 0; ${empty}`, name);
      await run(lab, command, { stage: name, log: name, environment: environment ?? {} });
    },
  };
}
