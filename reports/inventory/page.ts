/** Renders docs/inventory.md from the columns and fields in the code. Pure. */
import { columns } from '../../lib/inventory/columns';
import { tableColumns } from './render';
import { whereFields } from './where';

const opening = `# Inventory

For whoever wants to know which servers there are, where they run, whose they are, and what hangs on them.
\`stackward inventory\` lists one row for each server that isn't deleted. It needs no manifest and no Terraform, and reads only.

\`\`\`console
$ npx stackward inventory
ZONE  HOST     NAME        PROJECT  USER   POWER STATE  VM STATE  FLAVOR     IPS
nova  cnode01  acme-utm    acme     alice  running      active    utm.small  10.10.1.254
                                                                             203.0.113.11
nova  cnode02  globex-utm  globex   bob    running      active    utm.small  10.20.1.1

2 servers.
\`\`\`

| option                | what it does                                                                        |
| --------------------- | ----------------------------------------------------------------------------------- |
| \`--columns a,b\`       | these columns, of the table below                                                   |
| \`--where FIELD=VALUE\` | only these servers; repeatable, and all have to hold                                |
| \`--vcpu-ratio 5\`      | vCPUs that a host gives for each of its processors, where no database tells it      |
| \`--json\`, \`--csv\`     | all columns, or those of \`--columns\`, for programs or spreadsheets                  |
| \`--timezone ZONE\`     | of the times in text and CSV; JSON has them in UTC                                  |

- Rows are ordered by zone, host, name and time.
- \`?\` is what nobody told, and \`-\` is what isn't there. No number stands for an unknown one. Below the table stands why a column is unknown.
- Nothing is cut. The table leaves out columns that don't fit the terminal, and says which. Columns that \`--columns\` names all appear: folded, or where that isn't enough below one another.
- A server is called by its display name. \`hostname\` is what Nova derives from it for the guest.
- A server that runs nowhere says so in the place of its host: no host was found for it (it is in \`nova_cell0\`), or it has reached no cell yet (it is in \`nova_api.build_requests\`).
- Exit code 0: all was read. 1: a look failed, a column that \`--columns\` names is unknown, or there are servers that could not be read or judged; the report says which. A service that the catalogue doesn't have is said, and is no failure.

## Where it comes from

Of each part the inventory asks the database that stackward.yaml names ([configuration](configuration.md), [grants](database-grants.md)). What no database tells it asks the API. \`readBy\` of \`--json\` says which way was taken.

- Databases of Icehouse to today's are read alike: information_schema says once which tables and columns there are. The number of statements does not depend on the number of servers. All statements to one database see one moment.
- Since Ocata servers are in several databases. Name \`nova\`, \`nova_cell0\` and \`nova_api\`. Servers of further cells are counted and said, and not listed: stackward.yaml names one cell.
- The API needs a token with the role of an administrator. Of servers it tells those of every project. Quotas take one request for each project, and only where their columns are asked for.
- The quota of a project is its own, else the default that was set by API. Else a configuration file says it, which no database tells.
- The zone of a host without an aggregate of its own zone is Nova's \`default_availability_zone\`, which a configuration file says. The server's own zone is shown, if it has one.
- \`used_instances\`, \`used_cores\` and \`used_ram_mib\` are counted over the servers, as Nova does since Pike. An older Nova keeps a count of its own, which may have drifted.
- With unified limits (Nova's \`UnifiedLimitsDriver\`) Keystone holds the quotas. The columns \`quota_instances\`, \`quota_cores\` and \`quota_ram_mib\` then show old values.

## Conditions

\`FIELD=VALUE\`, \`FIELD!=VALUE\`, and \`FIELD~VALUE\` for a part of the value in any case of letters. VALUE is plain text, never a pattern. \`project\` and \`user\` take a name or an id, \`ip\` a fixed or a floating address, and \`state\` any of \`vm_state\`, \`power_state\` and \`task_state\`. States, addresses and ids may be written in any case of letters. Of several networks, addresses or groups any may match.
Where no server meets a condition, stderr says which values there are.
A server of which nobody tells the value is left out, and counted in the report.
`;

const consoleSection = `## The console of a server

\`stackward console SERVER\` prints the address of its noVNC page. SERVER is a name or an id; a name of several servers is refused, with their ids.

- **Whoever has the address has the console**, until Nova's token in it ends (10 minutes by default). It goes to stdout alone. stackward records it nowhere; mind the log of whatever runs the command.
- \`--open\` opens it in the desktop's browser and prints nothing. Arguments of programs can be read by every user of a machine, so the opener gets the name of a page that only you can read. The page leads on to the console, and is deleted after 10 seconds. A browser in a sandbox that may not read your files (a snap) shows an error: run the command without \`--open\`.
- Nova up to 2.5 is asked by the action \`os-getVNCConsole\`, and later ones by \`remote-consoles\`. Finding a server by its name needs the role of an administrator.
`;

const csv = `## CSV

RFC 4180, with the names of the columns in the first line. Several values of one cell have "; " between them. Line ends and invisible characters inside of a name are written as escapes such as \`\\n\`.
A spreadsheet takes a cell that begins with \`=\`, \`+\`, \`-\` or \`@\` for a formula, and whoever may name a server could make it compute. So an apostrophe stands before such a text. Programs should read \`--json\`, which has each name as it is.

## JSON

One document: \`formatVersion\`, \`command\`, \`cloud\`, \`time\`, \`columns\`, \`servers\`, \`unknown\` (columns that nobody told, and why), \`leftOut\` (servers that a condition could not judge), \`notLookedAt\`, \`readBy\`, \`exitCode\`.
Each server has its columns, and \`unknown\`: the names of those that are null because nobody told them. Any other null says that there is none. Lists of ports and addresses have one order: \`macs[2]\`, \`networks[2]\` and \`device_owners[2]\` are of one port, \`ips[2]\`, \`cidrs[2]\` and \`gateways[2]\` of one address.
`;

const inTable = (about: string): string => about.replaceAll('|', '\\|');

/** Not formatted: the test formats it as the repository's other pages. */
export function renderInventoryPage(): string {
  const rows = columns.map(
    ({ name, about, notByApi }) => `| \`${name}\` | ${inTable(about)} | ${notByApi === undefined ? 'yes' : 'no'} |`,
  );
  return [
    opening,
    `Fields: ${whereFields.map((field) => `\`${field}\``).join(', ')}.\n`,
    consoleSection,
    csv,
    '## Columns\n',
    `The table shows, as far as they fit: ${tableColumns.map(({ name }) => `\`${name}\``).join(', ')}.\n`,
    '| column | what it says | by the API |\n| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}
