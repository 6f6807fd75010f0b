/**
 * `vw_inventory`: one row per server that isn't deleted, with the columns of `stackward inventory` from the same
 * tables. Servers that have not reached a cell yet are missing, because they are only JSON in nova_api.
 *
 * MySQL before 5.7.7 accepts no subquery in FROM of a view. So each column that isn't in the server's own row is a
 * separate subquery. GROUP_CONCAT makes the lists. The session of the reader cuts them at its `group_concat_max_len`,
 * which no view can set. If a list would be cut, the column says so instead, and which value to set.
 *
 * Without an index on `ports.device_id` (before Newton) each subquery about ports reads all ports, so the work grows
 * with servers times ports. Further views that group ports by server would avoid that, and cost more than they gain
 * (docs/adr/0037-one-view-per-declaration.md).
 */
import { columns, powerStates } from '../inventory/columns';
import { hasAllServers } from './all-servers';
import type { DatabaseName } from '../contract/ports';
import { quoteName, quoteText } from '../sql/quote';
import { countOf, listOf, sumOf, valueOf, type Part } from './part';
import { Parts } from './parts';
import { schemaOf, type SchemaNames, type SchemasSeen } from './schemas';
import { isMarked, type ViewImpossible, type ViewMade } from './view-made';

type CellName = 'nova' | 'nova_cell0';

/** @param vcpuRatio for hosts whose ratio is in no database */
export function inventory(names: SchemaNames, seen: SchemasSeen, vcpuRatio?: number): ViewMade | ViewImpossible {
  const found = new Parts(names, seen);
  const cells = (['nova', 'nova_cell0'] as const).flatMap((name) => found.find(name, 'servers') ?? []);
  const [nova] = cells;
  if (nova === undefined || nova.schema !== schemaOf('nova', names))
    return { missing: found.missing.get('servers') ?? [`${schemaOf('nova', names)}.instances`] };
  const allCounted = hasAllServers(found, cells);
  const rows = cells.map((servers) => new Rows(servers, cells, allCounted, found, vcpuRatio));
  const values = rows.map((row) => row.values());
  const isEmpty = (name: string): boolean => values.every((each) => each[name] === undefined);
  const empty = columns.map(({ name }) => name).filter(isEmpty);
  const order = ['zone', 'host', 'name', 'created', 'id'].join(', ');
  return {
    selectWith: (mark) =>
      `${rows.map((row, place) => row.select(values[place] ?? {}, mark)).join(' UNION ALL ')} ORDER BY ${order}`,
    columns: columns.map(({ name }) => name),
    reads: [...found.reads],
    empty:
      empty.length === 0
        ? []
        : [
            `${empty.join(', ')} stay empty: the account of databases.stackward sees no ${found.tablesMissing.join(', ')}`,
          ],
  };
}

/** The field in the row of the server itself, for use where subqueries have an `i` of their own. */
const onServer = (expression: string): string => expression.replaceAll(/\bi\./g, 'server.');

/** Column → field in the server's own row. */
const ofServer: Readonly<Record<string, string>> = {
  id: 'id',
  name: 'name',
  host: 'host',
  created: 'created',
  project_id: 'projectId',
  user_id: 'userId',
  key_name: 'keyName',
  description: 'description',
  vm_state: 'vmState',
  task_state: 'taskState',
  vcpus: 'vcpus',
  memory_mib: 'memoryMib',
  hostname: 'hostname',
  launched: 'launched',
  root_device: 'rootDevice',
};

/** Column → expression; undefined if the column stays empty. */
type Values = Readonly<Record<string, string | undefined>>;

/** The servers of one cell. */
class Rows {
  readonly #cell: CellName;

  constructor(
    private readonly servers: Part,
    /** All cells. The servers of a project are counted in all of them. */
    private readonly cells: readonly Part[],
    /** A condition that is true if these cells contain all servers. Undefined if that can't be known. */
    private readonly allCounted: string | undefined,
    private readonly found: Parts,
    private readonly vcpuRatio: number | undefined,
  ) {
    this.#cell = servers === cells[0] ? 'nova' : 'nova_cell0';
  }

  /** @param values the expression of each column that has one */
  select(values: Values, mark: string): string {
    const { relation, schema } = this.servers;
    const list = columns.map(({ name }) => `${values[name] ?? 'NULL'} AS ${quoteName(name)}`);
    const where = [...relation.where.map(onServer), isMarked('server', mark)].join(' AND ');
    return `SELECT ${list.join(', ')} FROM ${quoteName(schema)}.instances server WHERE ${where}`;
  }

  private field(name: string): string | undefined {
    const expression = this.servers.relation.fields[name];
    return expression === undefined ? undefined : onServer(expression);
  }

  private server(field: string): string {
    return this.field(field) ?? 'NULL';
  }

  /**
   * A condition for the rows of the part that belong to the server. It uses the part's collation, so that the part's
   * index is used.
   */
  private isOf(part: Part, expression: string | undefined, field: string): string {
    const own = this.server(field);
    const theirs = this.found.collationOf(part, expression);
    const ours = this.found.collationOf(this.servers, this.servers.relation.fields[field]);
    if (theirs === undefined || ours?.collation === theirs.collation) return `${expression} = ${own}`;
    return `${expression} = CONVERT(${own} USING ${theirs.charset}) COLLATE ${theirs.collation}`;
  }

  /** Column → expression; undefined if the column stays empty. */
  values(): Values {
    return {
      ...Object.fromEntries(Object.entries(ofServer).map(([column, field]) => [column, this.field(field)])),
      found_in: quoteText(this.#cell),
      power_state: this.powerState(),
      ...this.ofHost(),
      ...this.ofProject(),
      ...this.ofOwner(),
      ...this.ofVolumes(),
      ...this.ofPorts(),
      ...this.ofImage(),
    };
  }

  private powerState(): string | undefined {
    const state = this.field('powerState');
    const cases = Object.entries(powerStates).map(([number, word]) => `WHEN ${number} THEN ${quoteText(word)}`);
    return state && `CASE ${state} ${cases.join(' ')} ELSE CAST(${state} AS CHAR) END`;
  }

  private ofHost(): Values {
    const zones = this.found.first(['nova_api', 'nova'], 'zones');
    const zone = zones && valueOf(zones, 'zone', `${zones.relation.fields['host']} = ${this.server('host')}`);
    const hosts = this.#cell === 'nova' ? this.found.find('nova', 'hosts') : undefined;
    const { fields = {} } = hosts?.relation ?? {};
    const isHost = `${fields['host']} = ${this.server('host')}`;
    /** The value of the server's own hypervisor. If no hypervisor has that name: of the host's only one. */
    const valueOfHost = (field: string): string | undefined => {
      const named =
        fields['node'] && hosts && valueOf(hosts, field, `${isHost} AND ${fields['node']} = ${this.server('node')}`);
      const only = hosts && valueOf(hosts, field, `${isHost} HAVING COUNT(*) = 1`);
      return named && only && `COALESCE(${named}, ${only})`;
    };
    const share = (part: string | undefined, whole: string | undefined): string | undefined =>
      part && whole && `CASE WHEN ${whole} > 0 THEN (200 * ${part} + ${whole}) DIV (2 * ${whole}) END`;
    const told = fields['vcpuRatio'] === undefined ? undefined : `NULLIF(${valueOfHost('vcpuRatio')}, 0)`;
    const given = this.vcpuRatio === undefined ? undefined : String(this.vcpuRatio);
    // A server that runs on no host has no ratio.
    const known = [told, given].filter((expression) => expression !== undefined).join(', ');
    const ratio =
      hosts && known !== '' ? `CASE WHEN ${valueOfHost('host')} IS NOT NULL THEN COALESCE(${known}) END` : undefined;
    const total = ratio && `FLOOR(${valueOfHost('vcpus')} * ${ratio})`;
    return {
      zone: zone === undefined ? this.field('zone') : `COALESCE(${zone}, ${this.server('zone')})`,
      host_vcpus: valueOfHost('vcpus'),
      host_vcpu_ratio: ratio,
      host_vcpus_total: total,
      host_vcpus_used: valueOfHost('vcpusUsed'),
      host_vcpus_percent: share(valueOfHost('vcpusUsed'), total),
      host_memory_mib: valueOfHost('memoryMib'),
      host_memory_used_mib: valueOfHost('memoryUsedMib'),
      host_memory_percent: share(valueOfHost('memoryUsedMib'), valueOfHost('memoryMib')),
    };
  }

  private ofProject(): Values {
    const project = this.server('projectId');
    const projects = this.found.find('keystone', 'projects');
    const limitOf = (databases: readonly DatabaseName[], name: string, resource: string): string | undefined => {
      const isIt = (part: Part): string => `${part.relation.fields['resource']} = ${quoteText(resource)}`;
      const own = this.found.first(databases, name);
      const all = this.found.first(databases, name.replace('Quotas', 'QuotaDefaults'));
      const limits = [
        own &&
          valueOf(own, 'amount', `${isIt(own)} AND ${this.isOf(own, own.relation.fields['projectId'], 'projectId')}`),
        all && valueOf(all, 'amount', isIt(all)),
      ].filter((limit) => limit !== undefined);
      return limits.length === 0 ? undefined : `COALESCE(${limits.join(', ')})`;
    };
    /** Undefined if a cell doesn't have the value, or if there may be servers that the view doesn't read. */
    const used = (counted: string): string | undefined => {
      if (this.allCounted === undefined) return undefined;
      const sums = this.cells.map((cell) => {
        const { projectId, vmState, [counted]: expression } = cell.relation.fields;
        if (projectId === undefined || expression === undefined) return undefined;
        const isAlive = vmState === undefined ? '' : ` AND COALESCE(${vmState}, '') <> 'soft-delete'`;
        const isIts = `${projectId} = ${project}${isAlive}`;
        return counted === 'id' ? countOf(cell, isIts) : sumOf(cell, expression, isIts);
      });
      return sums.every((sum) => sum !== undefined)
        ? `CASE WHEN ${this.allCounted} THEN ${sums.join(' + ')} END`
        : undefined;
    };
    const usages = this.found.find('cinder', 'volumeUsages');
    const usedOfVolumes = (resource: string): string | undefined => {
      const amount =
        usages &&
        valueOf(
          usages,
          'amount',
          `${usages.relation.fields['resource']} = ${quoteText(resource)} AND ${this.isOf(usages, usages.relation.fields['projectId'], 'projectId')}`,
        );
      return amount && `COALESCE(${amount}, 0)`;
    };
    const nova: readonly DatabaseName[] = ['nova_api', 'nova'];
    return {
      project: projects && valueOf(projects, 'name', this.isOf(projects, projects.relation.fields['id'], 'projectId')),
      quota_instances: limitOf(nova, 'computeQuotas', 'instances'),
      used_instances: used('id'),
      quota_cores: limitOf(nova, 'computeQuotas', 'cores'),
      used_cores: used('vcpus'),
      quota_ram_mib: limitOf(nova, 'computeQuotas', 'ram'),
      used_ram_mib: used('memoryMib'),
      quota_volumes: limitOf(['cinder'], 'volumeQuotas', 'volumes'),
      used_volumes: usedOfVolumes('volumes'),
      quota_gigabytes: limitOf(['cinder'], 'volumeQuotas', 'gigabytes'),
      used_gigabytes: usedOfVolumes('gigabytes'),
    };
  }

  /** Texts of the server itself. */
  private text(name: 'publicKeys' | 'networkInfo'): string | undefined {
    const part = this.found.find(this.#cell, name);
    return part && valueOf(part, 'text', `${part.relation.fields['serverId']} = ${this.server('id')}`);
  }

  private ofOwner(): Values {
    const user = this.server('userId');
    const users = ['users', 'federatedUsers', 'otherUsers'].flatMap((name) => {
      const part = this.found.find('keystone', name);
      return (part && valueOf(part, 'name', this.isOf(part, part.relation.fields['id'], 'userId'))) ?? [];
    });
    if (users.length > 0) for (const name of ['users', 'federatedUsers', 'otherUsers']) this.found.missing.delete(name);
    const keys = this.found.first(['nova_api', 'nova'], 'keys');
    const metadata = this.found.find(this.#cell, 'systemMetadata');
    const { key, text, serverId } = metadata?.relation.fields ?? {};
    return {
      user: users.length === 0 ? undefined : `COALESCE(${users.join(', ')})`,
      key_fingerprint:
        keys &&
        valueOf(
          keys,
          'fingerprint',
          `${keys.relation.fields['userId']} = ${user} AND ${keys.relation.fields['name']} = ${this.server('keyName')}`,
        ),
      public_key: this.text('publicKeys'),
      flavor: this.flavor(),
      network_info: this.text('networkInfo'),
      system_metadata:
        metadata &&
        listOf(
          metadata,
          `CONCAT(${key}, '=', COALESCE(${text}, ''))`,
          [key ?? ''],
          `${serverId} = ${this.server('id')}`,
        ),
    };
  }

  /** The flavor that the server got (Kilo and later), or else the flavor with its id. */
  private flavor(): string | undefined {
    const flavors = this.found.first(['nova_api', 'nova'], 'flavors');
    const json = this.found.seen.hasJson ? this.found.find(this.#cell, 'flavorJson') : undefined;
    const { serverId, text } = json?.relation.fields ?? {};
    const given =
      json && text
        ? valueOf(
            {
              ...json,
              relation: {
                ...json.relation,
                fields: { text: `JSON_UNQUOTE(JSON_EXTRACT(${text}, '$.cur."nova_object.data".name'))` },
              },
            },
            'text',
            `${serverId} = ${this.server('id')}`,
          )
        : undefined;
    const named = flavors && valueOf(flavors, 'name', `${flavors.relation.fields['id']} = ${this.server('flavorId')}`);
    if (given !== undefined) this.found.missing.delete('flavors');
    this.found.missing.delete('flavorJson');
    return given && named ? `COALESCE(${given}, ${named})` : (given ?? named);
  }

  private ofVolumes(): Values {
    const volumes = this.found.find('cinder', 'volumes');
    if (volumes === undefined) return {};
    const { serverId, name, sizeGib, device, location, id = '' } = volumes.relation.fields;
    const isIts = this.isOf(volumes, serverId, 'id');
    const word = (field: string, expression: string | undefined): string =>
      `'${field}=', COALESCE(${expression ?? 'NULL'}, '-')`;
    const item = `CONCAT(${[word('name', name), word('size_gib', sizeGib), word('device', device), word('location', location)].join(", ' ', ")})`;
    return {
      volume_count: countOf(volumes, isIts),
      volume_gib: sizeGib && sumOf(volumes, sizeGib, isIts),
      volumes: listOf(volumes, item, [device ?? id, id], isIts),
    };
  }

  private ofPorts(): Values {
    const nics = this.found.find('neutron', 'nics');
    const addresses = this.found.find('neutron', 'addresses');
    const groups = this.found.find('neutron', 'groups');
    const floating = this.found.find('neutron', 'floatingIps');
    const ports = nics ?? addresses ?? groups;
    const isIts = ports ? this.isOf(ports, 'p.device_id', 'id') : '';
    const { mac = '', network = '', owner } = nics?.relation.fields ?? {};
    const inOrder = [`COALESCE(${network}, '')`, mac];
    const ofNic = (expression: string | undefined): string | undefined =>
      nics && expression && listOf(nics, expression, inOrder, isIts);
    const { address = '', cidr, gateway } = addresses?.relation.fields ?? {};
    const networks = nics && ` STRAIGHT_JOIN ${quoteName(nics.schema)}.networks n ON n.id = p.network_id`;
    const ofAddress = (expression: string | undefined): string | undefined =>
      addresses && networks && expression
        ? listOf(addresses, `COALESCE(${expression}, '-')`, [...inOrder, address], isIts, networks)
        : undefined;
    const { address: floatingIp = '' } = floating?.relation.fields ?? {};
    return {
      nic_count: nics && countOf(nics, isIts),
      macs: ofNic(mac),
      networks: ofNic(`COALESCE(${network}, '')`),
      device_owners: ofNic(owner),
      ips: ofAddress(address),
      floating_ips: floating && networks && listOf(floating, floatingIp, [...inOrder, floatingIp], isIts, networks),
      cidrs: ofAddress(cidr),
      gateways: ofAddress(gateway),
      security_groups: groups && this.groupsOf(groups, isIts),
    };
  }

  /** Each name once, from any of the server's ports. A name that an earlier binding has already is left out. */
  private groupsOf(groups: Part, isIts: string): string {
    const quoted = quoteName(groups.schema);
    const name = groups.relation.fields['name'] ?? 'g.name';
    const isEarlier = 'y.port_id < b.port_id OR (y.port_id = b.port_id AND y.security_group_id < b.security_group_id)';
    const earlier =
      `SELECT 1 FROM ${quoted}.ports q JOIN ${quoted}.securitygroupportbindings y ON y.port_id = q.id ` +
      `JOIN ${quoted}.securitygroups h ON h.id = y.security_group_id WHERE ${isIts.replace('p.', 'q.')} ` +
      `AND CAST(h.name AS BINARY) = CAST(${name} AS BINARY) AND (${isEarlier})`;
    return listOf(groups, `COALESCE(${name}, '')`, [name], `${isIts} AND NOT EXISTS (${earlier})`);
  }

  private ofImage(): Values {
    const images = this.found.find('glance', 'images');
    if (images === undefined) return {};
    const isIts = this.isOf(images, images.relation.fields['id'], 'imageId');
    return { image: valueOf(images, 'name', isIts), image_bytes: valueOf(images, 'bytes', isIts) };
  }
}
