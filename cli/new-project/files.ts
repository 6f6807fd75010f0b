/** The files of a new project, as text. Pure. */
import { InvalidConfiguration } from '../../lib/basics/errors';
import { parseJson } from '../../lib/basics/json';
import { version } from '../../package.json';
import { entryOf, versions, type Engine } from './engines';

export interface NewProject {
  readonly engine: Engine;
  /** The entry of clouds.yaml; undefined: OS_* variables have the credentials. */
  readonly cloud: string | undefined;
  /** Marks what the program makes on hosts. */
  readonly owner: string;
  /** A name for the program, for cdktf. */
  readonly projectId: string;
}

/** Files that stackward writes only where there is none, by their names. */
export const filesOf = (project: NewProject): ReadonlyMap<string, string> =>
  new Map([
    ['main.ts', mainTs(project)],
    ['cdktf.json', asJson(cdktfJson(project))],
    ['tsconfig.json', asJson(tsconfig)],
    ['stackward.yaml', stackwardYaml(project)],
    ['.gitignore', gitignore],
  ]);

const mainTs = ({ engine, cloud, owner }: NewProject): string => `import { App } from '${engine}';
import { FixedIpPort, OpenStackCloud, TenantNetwork, TenantStack } from '${entryOf[engine]}';

const app = new App();

const cloud = new OpenStackCloud(app, 'Cloud', {
  owner: '${owner}', // marks what is yours on hosts and in databases: choose it once
  release: 'zed', // what the cloud runs: 'icehouse' to 'zed', '2023.1' and later
${cloud === undefined ? '' : `  cloud: ${quoted(cloud)}, // the entry of clouds.yaml\n`}});

const acme = new TenantStack(app, 'acme', { cloud, quotas: { network: { ports: 40 } } });
const green = new TenantNetwork(acme, 'Green', { cidr: '10.10.1.0/24' });
new FixedIpPort(acme, 'Web', { network: green, address: '10.10.1.20' });

app.synth();
`;

const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;

const cdktfJson = ({ projectId }: NewProject): object => ({
  language: 'typescript',
  app: 'npx stackward synth',
  projectId,
  sendCrashReports: 'false',
  terraformProviders: [],
  terraformModules: [],
});

const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    module: 'node20',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    incremental: true,
    tsBuildInfoFile: 'node_modules/.cache/main.tsbuildinfo',
  },
  include: ['main.ts'],
};

const stackwardYaml = ({ cloud }: NewProject): string =>
  `# What stackward connects to beside the cloud's API: \`npx stackward explain configuration\`.
${cloud === undefined ? '# The OS_* variables have the credentials.\n' : `cloud: ${JSON.stringify(cloud)}\n`}`;

const gitignore = `node_modules/
cdktf.out/

# credentials
clouds.yaml
clouds.yml
secure.yaml
secure.yml

# states of Terraform; give OpenStackCloud a backend to keep them elsewhere
terraform.*.tfstate*

# saved plans, bundles of \`stackward review --out bundle\` (Terraform's plans hold secrets), and the records of runs
# that \`stackward rollback\` needs
*.plan
*.tfplan
bundle/
runs/
`;

const asJson = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;

type Fields = Readonly<Record<string, unknown>>;
type Section = Readonly<Record<string, string>>;

export interface PackageJson {
  readonly fields: Fields;
  /** The engines that it names. */
  readonly engines: readonly Engine[];
  readonly isClone: boolean;
}

/** @throws InvalidConfiguration if it is no JSON object */
export function parsePackageJson(text: string): PackageJson {
  const fields = parseJson(text);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new InvalidConfiguration('it is no JSON object; mend it, or move it away', { where: 'package.json' });
  const named = { ...sectionOf(fields as Fields, 'dependencies'), ...sectionOf(fields as Fields, 'devDependencies') };
  return {
    fields: fields as Fields,
    engines: (['cdktf', 'cdktn'] as const).filter((engine) => engine in named),
    // A project in a folder called `stackward` may have that name, but it depends on the package.
    isClone: (fields as Fields)['name'] === 'stackward' && !('stackward' in named),
  };
}

const sectionOf = (fields: Fields, name: string): Section => (fields[name] ?? {}) as Section;

/**
 * package.json with all that the project needs.
 * @param present the fields that the file has; they stay as they are
 * @returns its text and what was added, such as `scripts.synth`
 */
export function completePackageJson(
  { engine, owner }: NewProject,
  present: Fields | undefined,
): { readonly text: string; readonly added: readonly string[] } {
  const { [engine]: ofEngine, constructs, '@types/node': types, esbuild, typescript } = versions;
  const wanted = {
    scripts: { synth: 'stackward synth' },
    dependencies: { [engine]: ofEngine, constructs, stackward: version },
    devDependencies: { '@types/node': types, [`${engine}-cli`]: ofEngine, esbuild, typescript },
  };
  const fresh = { name: owner.toLowerCase(), private: true };
  const fields: Record<string, unknown> = { ...(present ?? fresh) };
  const named = Object.keys({ ...sectionOf(fields, 'dependencies'), ...sectionOf(fields, 'devDependencies') });
  const missing = Object.entries(wanted).flatMap(([section, entries]) => {
    const known = section === 'scripts' ? Object.keys(sectionOf(fields, section)) : named;
    return Object.entries(entries).flatMap(([name, value]) => (known.includes(name) ? [] : [{ section, name, value }]));
  });
  for (const { section, name, value } of missing) fields[section] = { ...sectionOf(fields, section), [name]: value };
  return { text: asJson(fields), added: missing.map(({ section, name }) => `${section}.${name}`) };
}
