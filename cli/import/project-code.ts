/** A project as TypeScript: one function that makes its stack and lets Terraform import what is there. Pure. */
import type { Project, ProjectQuotas } from '../../lib/contract/project-port';
import { Draft } from './draft';
import { writeGroups } from './groups';
import { writeFloatingIps, writeNetworks, writeRouters } from './networks';
import { writePorts, writeServers } from './servers';
import { Code, comment, Names, source, textLiteral, type Value } from './source';

export interface ProjectCode {
  readonly text: string;
  /** The name of its function. */
  readonly name: string;
  /** Whatever the code leaves out, and why. */
  readonly unsaid: readonly string[];
}

/** @param from the module of the constructs: `stackward`, `stackward/cdktn`, or `./constructs` in a clone */
export function codeOf(project: Project, from: string): ProjectCode {
  const draft = new Draft();
  for (const role of project.otherRoles) draft.omit(`${role}, because members are users`);
  writeGroups(draft, project);
  writeNetworks(draft, project);
  writeRouters(draft, project);
  writePorts(draft, project);
  writeServers(draft, project);
  writeFloatingIps(draft, project);
  const name = new Names().next(project.name, 'Project').variable.text;
  const constructs = [...draft.constructs, 'TenantStack'].sort().join(', ');
  const text = [
    "import type { Construct } from 'constructs';",
    `import { ${constructs}, type OpenStackCloud } from ${textLiteral(from)};`,
    '',
    comment(
      `Project ${project.name} (${project.id}) as \`stackward import\` found it. Terraform takes over what is there.`,
    ),
    comment(
      'After the first apply the lines with importFrom and importRoute may go. Lines with importServer have to stay.',
    ),
    `export function ${name}(app: Construct, cloud: OpenStackCloud): TenantStack {`,
    `  const stack = new TenantStack(app, ${textLiteral(stackIdOf(project.name))}, ${source(stackProps(project), '  ')});`,
    `  stack.tenant.resource.importFrom(${textLiteral(project.id)});`,
    ...draft.lines,
    '  return stack;',
    '}',
    ...functionsFor(draft.lines),
    '',
  ].join('\n');
  return { text, name, unsaid: draft.unsaid };
}

/** The functions that the lines may call, by name. */
const functions: Readonly<Record<string, string>> = {
  importRoute: `
/** Routes are children of the subnet or router that they belong to. */
function importRoute({ resource }: { readonly resource: Construct }, destination: string, id: string): void {
  const route = resource.node.scope?.node.findChild(\`Route-\${destination.replace('/', '-')}\`);
  (route as Construct & { importFrom(id: string): void }).importFrom(id);
}`,
  // Terraform would replace the server for the attributes of `unread`: the provider doesn't read them, or in another form.
  importServer: `
/** Nova doesn't report all of what a server was made with. Terraform would replace the server for what is missing. */
function importServer({ resource, tenant }: Server, id: string): void {
  resource.importFrom(id, tenant.provider);
  const unread = ['block_device', 'image_id', 'image_name', 'key_pair', 'network', 'user_data'];
  resource.lifecycle = { ignoreChanges: [...unread, 'force_delete', 'stop_before_destroy', 'vendor_options'] };
}`,
};

const functionsFor = (lines: readonly string[]): string[] =>
  Object.entries(functions).flatMap(([name, text]) =>
    lines.some((line) => line.trimStart().startsWith(`${name}(`)) ? text.split('\n') : [],
  );

const stackIdOf = (name: string): string => name.replace(/[^A-Za-z0-9_-]+/g, '-').replace(/^-+|-+$/g, '') || 'project';

function stackProps({ name, description, isEnabled, members, quotas }: Project): Value {
  return {
    cloud: new Code('cloud'),
    name,
    description: description === '' ? undefined : description,
    enabled: isEnabled ? undefined : false,
    members: members.length === 0 ? undefined : members.map(({ userName, userId, roles }) => ({ name: userName, userId, roles })), // prettier-ignore
    quotas: quotaProps(quotas),
  };
}

function quotaProps({ compute, network, blockStorage }: ProjectQuotas): Value {
  const named = Object.entries({ compute, network, blockStorage }).filter(
    ([, limits]) => Object.keys(limits).length > 0,
  );
  return named.length === 0 ? undefined : Object.fromEntries(named);
}
