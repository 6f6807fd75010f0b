/** The command beside a private MariaDB with Neutron's tables: a folder with its stackward.yaml, and two subnets. */
import type { MysqlOptions } from '../../adapters/mysql/mysql-database';
import { CommandFolder } from './command';
import type { Mariadb } from './mariadb';
import { NeutronTables, schemaFiles, type Era, type MadeSubnet } from './neutron-tables';

let schemas = 0;

export interface PoolCommand {
  readonly command: CommandFolder;
  readonly tables: NeutronTables;
  /** The superuser, which the command logs in as. */
  readonly options: MysqlOptions;
  /** 10.0.1.0/24 and 10.0.2.0/24: pools .10-.19, .12 in use. */
  readonly red: MadeSubnet;
  readonly blue: MadeSubnet;
  readonly password: string;
}

export async function openPoolCommand(mariadb: Mariadb, era: Era = 'zed'): Promise<PoolCommand> {
  const options = await mariadb.createSchema(`command${++schemas}`, ...schemaFiles[era]);
  const tables = new NeutronTables(await mariadb.connect(options.schema), era);
  const command = new CommandFolder();
  logInAs(command, options);
  const subnet = (third: number): Promise<MadeSubnet> =>
    tables.subnet({
      cidr: `10.0.${third}.0/24`,
      gateway: `10.0.${third}.1`,
      pools: [[`10.0.${third}.10`, `10.0.${third}.19`]],
      used: [`10.0.${third}.12`],
    });
  return { command, tables, options, red: await subnet(1), blue: await subnet(2), password: options.password };
}

/** The command uses this account from now on. */
export function logInAs(command: CommandFolder, { host, port, user, password, schema }: MysqlOptions): void {
  command.env = { ...command.env, NEUTRON_PASSWORD: password };
  command.write(
    'stackward.yaml',
    `databases:\n  neutron:\n    host: ${host}\n    port: ${port}\n    user: ${user}\n` +
      `    password: \${NEUTRON_PASSWORD}\n    schema: ${schema}\n    tls: off\n`,
  );
}

/** Sixty further subnets, 10.9.<n>.0/24 with the pool .10-.19. */
export async function addManySubnets(tables: NeutronTables): Promise<MadeSubnet[]> {
  const many: MadeSubnet[] = [];
  for (let index = 0; index < 60; index++)
    many.push(await tables.subnet({ cidr: `10.9.${index}.0/24`, pools: [[`10.9.${index}.10`, `10.9.${index}.19`]] }));
  return many;
}

export const entry = (subnet: MadeSubnet, start: string, end: string) => ({
  kind: 'allocation-pool',
  spec: { subnetId: subnet.id, method: 'database', pools: [{ start, end }] },
  dependsOn: [],
});

/** Declares that each of the sixty pools ends at .29. */
export const manyEntries = (many: readonly MadeSubnet[]) =>
  Object.fromEntries(
    many.map((subnet, index) => [
      `shared/N${index}/AllocationPools`,
      entry(subnet, `10.9.${index}.10`, `10.9.${index}.29`),
    ]),
  );

export const manifestOf = (resources: object) => ({ schemaVersion: '1.0', owner: 'tests', stack: 'shared', resources });
