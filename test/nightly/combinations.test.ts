/**
 * A user's project on the lab in every combination of engine, program and provider. The project is what `stackward init`
 * writes beside the npm package, and the installed command does everything. `npm run nightly` runs this suite and notes
 * what ran (docs/combinations.md). NIGHTLY_TOOLS has the paths of the programs, as JSON.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { LabProjects } from '../support/lab-projects';
import { PackageProject, type Engine, type Ended } from '../support/package-project';

const tools = JSON.parse(process.env['NIGHTLY_TOOLS'] ?? '{}') as Readonly<Record<string, string>>;
const combinations = (['cdktf', 'cdktn'] as const).flatMap((engine) =>
  ['terraform', 'tofu'].flatMap((tool) => ['1.54.1', '3.4.0'].map((provider) => ({ engine, tool, provider }))),
);

let lab: LabProjects;
let project: PackageProject;

beforeAll(async () => {
  lab = new LabProjects('test-combinations');
  await lab.clean();
  project = new PackageProject();
}, 900_000);
afterAll(async () => {
  await lab.clean();
  await lab.close();
  project.remove();
});

/** PATH without any folder that has one of the programs, and with one of them. */
function pathWith(tool: string): string {
  const bin = mkdtempSync(join(project.folder, 'bin-'));
  const own = { [tool]: tools[tool] ?? `no ${tool} in NIGHTLY_TOOLS`, node: process.execPath };
  for (const [name, path] of Object.entries(own)) symlinkSync(path, join(bin, name));
  for (const name of ['npm', 'npx']) symlinkSync(join(dirname(process.execPath), name), join(bin, name));
  const others = (process.env['PATH'] ?? '').split(delimiter);
  return [
    bin,
    ...others.filter((folder) => !['terraform', 'tofu'].some((name) => existsSync(join(folder, name)))),
  ].join(delimiter);
}

interface Wishes {
  readonly address?: string;
  readonly name?: string;
  readonly end?: string;
  readonly retiring?: boolean;
}

const programFor = (engine: Engine, provider: string, wishes: Wishes): string => `
import { App } from '${engine}';
import { CloudStack, FixedIpPort, OpenStackCloud, SecurityGroup, SharedNetwork, TenantNetwork, TenantStack } from '${engine === 'cdktf' ? 'stackward' : 'stackward/cdktn'}';

const app = new App();
const cloud = new OpenStackCloud(app, 'Cloud', {
  owner: '${lab.run}', release: 'zed', cloud: 'stackward-lab', deployerRole: 'admin', providerVersion: '${provider}',
});
const shared = new CloudStack(app, 'shared', { cloud });
new SharedNetwork(shared, 'Red', {
  name: '${lab.run}-red',
  cidr: '203.0.113.0/24',
  allocationPools: [{ start: '203.0.113.10', end: '${wishes.end ?? '203.0.113.19'}' }],
  allocationPoolMethod: 'database',
});
const acme = new TenantStack(app, 'acme', {
  cloud, name: '${lab.run}-${wishes.name ?? 'acme'}', quotas: { network: { ports: 40 } }, retiring: ${String(wishes.retiring ?? false)},
});
const green = new TenantNetwork(acme, 'Green', { cidr: '10.97.1.0/24' });
const web = new SecurityGroup(acme, 'WebGroup', { rules: [{ direction: 'ingress', protocol: 'tcp', port: 443, remote: '192.0.2.0/24' }] });
new FixedIpPort(acme, 'Web', { network: green, address: '${wishes.address ?? '10.97.1.20'}', securityGroups: [web] });
app.synth();
`;

test.each(combinations)(
  '$engine, $tool, provider $provider',
  async ({ engine, tool, provider }) => {
    const folder = join(project.folder, `${engine}-${tool}-${provider}`);
    mkdirSync(folder);
    symlinkSync(join(project.folder, 'node_modules'), join(folder, 'node_modules'));
    const environment = { ...lab.lab.environment, PATH: pathWith(tool), HOME: process.env['HOME'] ?? '' };
    const stackward = async (codes: readonly number[], ...args: string[]): Promise<Ended> => {
      const ended = await runCommand(folder, args, environment);
      if (codes.includes(ended.code)) return ended;
      throw new Error(`stackward ${args.join(' ')} ended with ${String(ended.code)}:\n${ended.stdout}${ended.stderr}`);
    };
    const write = (wishes: Wishes) => writeFileSync(join(folder, 'main.ts'), programFor(engine, provider, wishes));
    const isAsCode = () => stackward([0], 'review');

    await stackward([0], 'init', '--engine', engine, '--cloud', 'stackward-lab', '--yes');
    writeFileSync(join(folder, 'stackward.yaml'), readFileSync(lab.lab.stackwardYaml));
    const { stdout } = await stackward([0], 'provider', provider);
    for (const [, name = '', value = ''] of stdout.matchAll(/^export (\w+)='(.*)'$/gm))
      // OpenTofu alone in PATH is found without the variable.
      if (name !== 'TERRAFORM_BINARY_NAME') Object.assign(environment, { [name]: value });

    write({});
    await stackward([0], 'deploy', '--auto-approve');
    await isAsCode();
    const { acme = '' } = await lab.projects();

    write({ address: '10.97.1.21', end: '203.0.113.29' });
    const changed = await stackward([0], 'deploy', '--auto-approve');
    expect(changed.stdout).toContain('203.0.113.10-203.0.113.29');
    await isAsCode();

    write({ address: '10.97.1.21', end: '203.0.113.29', name: 'renamed' });
    await stackward([0], 'deploy', '--auto-approve');
    expect(await lab.projects()).toEqual({ renamed: acme });
    await isAsCode();

    write({ end: '203.0.113.29', name: 'renamed', retiring: true });
    await stackward([0], 'deploy', '--auto-approve');
    const { networks } = await lab.get<{ networks: unknown[] }>('network', `/v2.0/networks?project_id=${acme}`);
    expect(networks).toEqual([]);
    await isAsCode();

    for (const stack of ['acme', 'shared'])
      await stackward([0], 'destroy', '--stack', stack, '--both-halves', '--auto-approve');
    expect(await lab.projects()).toEqual({});
  },
  1_200_000,
);

function runCommand(cwd: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> {
  const command = join(cwd, 'node_modules/.bin/stackward');
  return new Promise((done) => {
    execFile(command, args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}
