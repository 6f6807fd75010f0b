import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ciFilesOf } from '../../cli/new-project/ci-files';
import { chooseCloud } from '../../cli/new-project/clouds';
import { chooseEngine, versions } from '../../cli/new-project/engines';
import { completePackageJson, filesOf, parsePackageJson, type NewProject } from '../../cli/new-project/files';
import { version } from '../../package.json';

const machine = (node: string, compiles = true) => ({ node, compiles });

describe('the engine of a new project', () => {
  test.each([
    ['20.20.2', 'cdktf'],
    ['22.18.0', 'cdktf'],
    ['22.19.0', 'cdktn'],
    ['24.1.0', 'cdktn'],
  ])('on Node.js %s is %s, whose command runs there', (node, engine) => {
    expect(chooseEngine(undefined, [], machine(node, false))).toEqual({ engine });
  });

  test('is the one that package.json names, whatever runs here', () => {
    expect(chooseEngine(undefined, ['cdktf'], machine('24.1.0'))).toEqual({ engine: 'cdktf' });
  });

  test('that needs a compiler on Node.js 24 comes with a warning that names cdktn', () => {
    expect(chooseEngine('cdktf', [], machine('24.1.0', false)).warning).toBe(
      "npm has to compile a part of cdktf's command for Node.js 24.1.0, and finds no Python, make and C++ compiler; use --engine cdktn, or install them",
    );
    expect(chooseEngine('cdktf', [], machine('24.1.0', true))).toEqual({ engine: 'cdktf' });
  });

  test('whose command needs a newer Node.js comes with a warning that names cdktf', () => {
    expect(chooseEngine('cdktn', [], machine('20.20.2')).warning).toMatch(
      /needs Node\.js 22\.19 .* use --engine cdktf$/,
    );
  });

  test('is refused where option and package.json, or package.json itself, name two', () => {
    expect(() => chooseEngine('cdktn', ['cdktf'], machine('22.19.0'))).toThrow(
      '--engine is cdktn, and package.json names cdktf; leave out the option, or remove cdktf from package.json',
    );
    expect(() => chooseEngine('cdktn', ['cdktf', 'cdktn'], machine('22.19.0'))).toThrow('remove one of them');
  });
});

describe('the cloud of a new project', () => {
  test('is the option, then OS_CLOUD, then the only entry of clouds.yaml', () => {
    const entries = ['lab', 'office'];
    expect(chooseCloud('lab', entries, { OS_CLOUD: 'office' })).toMatchObject({ cloud: 'lab' });
    expect(chooseCloud(undefined, entries, { OS_CLOUD: 'office' })).toMatchObject({ cloud: 'office' });
    expect(chooseCloud(undefined, ['lab'], { OS_CLOUD: '' })).toMatchObject({ cloud: 'lab' });
  });

  test('is asked for where clouds.yaml has several entries', () => {
    expect(chooseCloud(undefined, ['lab', 'office'], {})).toEqual({ among: ['lab', 'office'] });
  });

  test('stands for an entry to come where there is no clouds.yaml, unless the variables have the credentials', () => {
    expect(chooseCloud(undefined, [], {})).toEqual({ cloud: 'my-cloud', isMissing: true });
    expect(chooseCloud('lab', [], {})).toEqual({ cloud: 'lab', isMissing: true });
    expect(chooseCloud(undefined, [], { OS_AUTH_URL: 'https://keystone.example' })).toEqual({ cloud: undefined });
  });

  test('that clouds.yaml does not have is refused with the nearest entry', () => {
    expect(() => chooseCloud('ofice', ['lab', 'office'], {})).toThrow(
      '--cloud is "ofice", and clouds.yaml has no such entry; did you mean office?',
    );
    expect(() => chooseCloud(undefined, ['lab'], { OS_CLOUD: 'elsewhere' })).toThrow(
      'OS_CLOUD is "elsewhere", and clouds.yaml has no such entry; it has lab',
    );
  });
});

const project: NewProject = { engine: 'cdktn', cloud: "o'brien", owner: 'Red-Team', projectId: 'id-1' };

describe('package.json of a new project', () => {
  test('has each tool in the exact version of the tests', () => {
    const { text } = completePackageJson(project, undefined);
    expect(JSON.parse(text)).toEqual({
      name: 'red-team',
      private: true,
      scripts: { synth: 'stackward synth' },
      dependencies: { cdktn: versions.cdktn, constructs: versions.constructs, stackward: version },
      devDependencies: {
        '@types/node': versions['@types/node'],
        'cdktn-cli': versions.cdktn,
        esbuild: versions.esbuild,
        typescript: versions.typescript,
      },
    });
  });

  test('that exists keeps every field and version, and gets what it does not have', () => {
    const before = {
      name: 'mine',
      scripts: { synth: 'make' },
      dependencies: { stackward: 'file:stackward.tgz', typescript: '^5' },
    };
    const { text, added } = completePackageJson(project, before);
    expect(JSON.parse(text)).toMatchObject(before);
    expect(added).toEqual([
      'dependencies.cdktn',
      'dependencies.constructs',
      'devDependencies.@types/node',
      'devDependencies.cdktn-cli',
      'devDependencies.esbuild',
    ]);
    expect(completePackageJson(project, JSON.parse(text) as object as Record<string, unknown>).added).toEqual([]);
  });

  test('says which engines it names, and that it is that of a clone', () => {
    expect(parsePackageJson('{"devDependencies":{"cdktn":"0.24.0"}}')).toMatchObject({ engines: ['cdktn'], isClone: false }); // prettier-ignore
    expect(parsePackageJson('{"name":"stackward"}')).toMatchObject({ engines: [], isClone: true });
    const { text } = completePackageJson({ ...project, owner: 'stackward' }, undefined);
    expect(parsePackageJson(text).isClone).toBe(false);
    expect(() => parsePackageJson('[]')).toThrow('package.json: it is no JSON object');
  });
});

test('the versions of a new project are those of the lock file', () => {
  const lock = JSON.parse(readFileSync(join(resolve(__dirname, '../..'), 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string }>;
  };
  // Here `typescript` is the library of 5.9, and the compiler stands beside it.
  const nameHere = (name: string): string => (name === 'typescript' ? 'typescript-native' : name);
  const locked = Object.keys(versions).map((name) => [name, lock.packages[`node_modules/${nameHere(name)}`]?.version]);
  expect(Object.fromEntries(locked)).toEqual(versions);
});

test('files of a new project hold any name of a cloud, and none where variables have the credentials', () => {
  const files = filesOf(project);
  expect(files.get('main.ts')).toContain(String.raw`cloud: 'o\'brien',`);
  expect(files.get('stackward.yaml')).toContain('cloud: "o\'brien"');
  const bare = filesOf({ ...project, cloud: undefined });
  expect(bare.get('main.ts')).not.toContain('cloud:');
  expect(bare.get('stackward.yaml')).not.toMatch(/^cloud/m);
});

test.each([
  ['github' as const, '.github/workflows/stackward.yml'],
  ['gitlab' as const, '.gitlab-ci.yml'],
])('the files for CI on %s are its workflow and the scripts that are not of another forge', (forge, workflow) => {
  const scripts = ['review', 'comment-github', 'comment-gitlab'].map((name) => [`scripts/${name}.sh`, name] as const);
  const copied = new Map([['github/stackward.yml', 'github'], ['gitlab/.gitlab-ci.yml', 'gitlab'], ...scripts]);
  expect([...ciFilesOf(forge, copied)]).toEqual([
    [workflow, forge],
    ['ci/review.sh', 'review'],
    [`ci/comment-${forge}.sh`, `comment-${forge}`],
  ]);
});

test('git of a new project keeps no plan of Terraform, because such a plan holds secrets', () => {
  expect(filesOf(project).get('.gitignore')?.split('\n')).toEqual(expect.arrayContaining(['*.tfplan', 'bundle/']));
});
