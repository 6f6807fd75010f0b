/** `stackward import` writes source from names that anybody in the cloud may choose. */
import fc from 'fast-check';
import ts from 'typescript';
import { codeOf } from '../../cli/import/project-code';
import { comment, Names, textLiteral } from '../../cli/import/source';
import type { Project } from '../../lib/contract/project-port';
import { anyText } from '../support/any-text';
import { blocksOf, synthesize, writeBlocks } from '../support/documents';

const id = (digits: number): string => `00000000-0000-4000-8000-${String(digits).padStart(12, '0')}`;

const acme: Project = {
  id: '9c2f4d0e8a7b4c1d9e3f5a6b7c8d9e0f',
  name: 'acme',
  description: '',
  isEnabled: true,
  members: [{ userId: 'a1b2c3', userName: 'alice', roles: ['member'] }],
  otherRoles: [],
  quotas: { compute: { instances: 3 }, network: {}, blockStorage: {} },
  networks: [{ id: id(1), name: 'green', projectId: '9c2f4d0e8a7b4c1d9e3f5a6b7c8d9e0f', isEnabled: true, isShared: false }], // prettier-ignore
  subnets: [
    {
      id: id(2),
      name: 'green',
      networkId: id(1),
      projectId: '9c2f4d0e8a7b4c1d9e3f5a6b7c8d9e0f',
      cidr: '10.10.1.0/24',
      gateway: '10.10.1.1',
      hasDhcp: true,
      pools: [{ start: '10.10.1.100', end: '10.10.1.199' }],
      nameservers: [],
      routes: [{ destination: '10.99.0.0/16', nextHop: '10.10.1.9' }],
    },
  ],
  ports: [
    {
      id: id(3),
      name: 'web-lan',
      networkId: id(1),
      mac: 'fa:16:3e:00:00:01',
      deviceId: id(6),
      deviceOwner: 'compute:nova',
      addresses: [{ subnetId: id(2), address: '10.10.1.20' }],
      groups: [id(4)],
      pairs: [],
    },
    {
      id: id(8),
      name: 'lb',
      networkId: id(1),
      mac: 'fa:16:3e:00:00:02',
      deviceId: 'lb-1',
      deviceOwner: 'Octavia',
      addresses: [],
      groups: [],
      pairs: [],
    },
  ],
  routers: [],
  groups: [
    {
      id: id(4),
      name: 'web',
      rules: [{ id: id(5), direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp', from: 443, to: 443 }],
    },
  ],
  floatingIps: [],
  servers: [{ id: id(6), name: 'web', flavorId: '2', imageId: id(7), volumes: [] }],
};

test('the example of docs/import.md is what the command writes', () => {
  const { text, unsaid } = codeOf(acme, 'stackward');
  if (process.env.WRITE_PAGES) writeBlocks('docs/import.md', 'ts', [text]);
  expect(blocksOf('docs/import.md', 'ts')[0]).toBe(text);
  expect(unsaid).toEqual([`port lb (${id(8)}), because it belongs to Octavia`]);
});

interface Imports {
  readonly import: readonly { readonly id: string }[];
  readonly resource: Readonly<Record<string, Readonly<Record<string, { readonly name?: string }>>>>;
}

/** The stack of Terraform that the written code synthesizes. */
function synthesized(project: Project): Imports | undefined {
  const { text, name } = codeOf(project, './constructs');
  const program = `${text}
import { App } from 'cdktf';
import { OpenStackCloud as Cloud } from './constructs';
const app = new App();
${name}(app, new Cloud(app, 'Cloud', { owner: 'o', release: 'zed', cloud: 'c' }));
app.synth();`;
  return (Object.values(synthesize(program)) as unknown as Imports[])[0];
}

test('a subnet may have the id of a part of its network', () => {
  const subnets = ['green', 'subnet', 'network', 'Subnet'].map((name, index) => ({
    ...(acme.subnets[0] as Project['subnets'][number]),
    id: id(20 + index),
    name,
    cidr: `10.10.${index}.0/24`,
    gateway: `10.10.${index}.1`,
    pools: [],
    routes: [],
  }));
  const { import: imports } = synthesized({ ...acme, subnets, ports: [], servers: [] }) ?? { import: [] };
  expect(imports.map(({ id: imported }) => imported)).toEqual(
    expect.arrayContaining(subnets.map((subnet) => subnet.id)),
  );
});

const vlan: Project['ports'][number] = {
  ...(acme.ports[0] as Project['ports'][number]),
  id: id(9),
  deviceId: '',
  deviceOwner: 'trunk:subport',
  addresses: [{ subnetId: id(2), address: '10.10.1.21' }],
};
test('a trunk is named as left out, and its ports are written', () => {
  const ports = acme.ports.map((port) => (port.id === id(3) ? { ...port, trunkId: id(10) } : port));
  const { text, unsaid } = codeOf({ ...acme, ports: [...ports, vlan] }, 'stackward');
  expect(unsaid[0]).toBe(`trunk ${id(10)} of port web-lan (${id(3)}), because Terraform's provider imports no trunk`);
  expect(text).toContain(`importFrom('${id(9)}')`);
});

test('hostile names stay names, and every id is imported once', () => {
  const hostile = "x'; process.exit(1); //*/\n${path.cwd}\u2028\u202e`${1}`\\";
  const rename = <Item extends object>(items: readonly Item[]) => items.map((item) => ({ ...item, name: hostile }));
  const project: Project = {
    ...acme,
    name: hostile,
    description: hostile,
    networks: rename(acme.networks),
    subnets: rename(acme.subnets),
    ports: rename([...acme.ports, vlan]),
    groups: rename(acme.groups),
    servers: rename(acme.servers),
  };
  const stack = synthesized(project);
  const ids = stack?.import.map(({ id: imported }) => imported) ?? [];
  expect([...new Set(ids)]).toHaveLength(ids.length);
  expect(ids).toEqual(expect.arrayContaining([acme.id, ...[1, 2, 3, 4, 5, 6, 9].map(id)]));
  const names = Object.values(stack?.resource ?? {}).flatMap((things) => Object.values(things).map((thing) => thing.name)); // prettier-ignore
  expect(new Set(names.filter((each) => each !== undefined))).toEqual(new Set([hostile.replaceAll('${', () => '$${')]));
});

const evaluated = (literal: string): unknown =>
  (ts.createSourceFile('x.ts', literal, ts.ScriptTarget.ES2022).statements[0] as ts.ExpressionStatement).expression;

test('a literal is one string with the text that Terraform gives back', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), anyText(), fc.constant("'\\${a}%{b}\u2028")), (text) => {
      const literal = evaluated(textLiteral(text));
      expect(ts.isStringLiteral(literal as ts.Node)).toBe(true);
      expect((literal as ts.StringLiteral).text.replace(/([$%])\1(?=\{)/g, '$1')).toBe(text);
    }),
    { numRuns: 100 },
  );
});

test('a comment is one line, and names of any text are identifiers that differ', () => {
  const names = new Names(['Tenant']);
  const seen = new Set<string>();
  fc.assert(
    fc.property(anyText(), (text) => {
      expect(comment(text)).toMatch(/^\/\/[^\p{Cc}\u2028\u2029]*$/u);
      const { id: made, variable } = names.next(text, 'Port');
      expect([made, variable.text]).toEqual([
        expect.stringMatching(/^[A-Z][A-Za-z0-9]{0,60}$/),
        expect.stringMatching(/^port[A-Z][A-Za-z0-9]{0,60}$/),
      ]);
      expect(seen.has(made.toLowerCase())).toBe(false);
      seen.add(made.toLowerCase());
    }),
    { numRuns: 100 },
  );
  expect(names.next('tenant', 'Port').id).toBe('TenantPort');
});
