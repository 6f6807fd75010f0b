/** `stackward init`: the files of a new project. Nothing that exists is changed, except for missing fields of package.json. */
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { readCredentialFiles } from '../../adapters/files/credential-files';
import { findText, putNewText, replaceText } from '../../adapters/files/files';
import { readCiFiles } from '../../adapters/files/pages';
import { isProgramInPath } from '../../adapters/process/programs';
import { InvalidCommand } from '../../lib/basics/errors';
import { entryNames } from '../../lib/openstack/cloud-entry';
import { ciFilesOf, type Forge } from '../new-project/ci-files';
import { chooseCloud, refusalToAsk, refuseUnknown } from '../new-project/clouds';
import { chooseEngine, type Engine } from '../new-project/engines';
import { completePackageJson, filesOf, parsePackageJson, type NewProject } from '../new-project/files';
import { endWith } from '../run';
import { answerTo, canAsk, say } from '../terminal';

export interface InitOptions {
  readonly engine?: Engine;
  readonly cloud?: string;
  readonly yes?: true;
  /** Where CI runs. Undefined: no files for CI are written. */
  readonly ci?: Forge;
}

export const init = (options: InitOptions): Promise<void> => endWith({}, () => makeProject(options, process.env));

async function makeProject(options: InitOptions, env: NodeJS.ProcessEnv): Promise<number> {
  const text = findText('package.json');
  const present = text === undefined ? undefined : parsePackageJson(text);
  if (present?.isClone === true)
    throw new InvalidCommand('this folder is a clone of stackward, which is a project already; run init in a folder of your own'); // prettier-ignore
  const { engine, warning } = chooseEngine(options.engine, present?.engines ?? [], {
    node: process.versions.node,
    compiles:
      existsSync('node_modules/cdktf-cli') || ['python3', 'make', 'c++'].every((name) => isProgramInPath(name, env)),
  });
  const { cloud, isMissing } = await cloudFor(options, env);
  const project: NewProject = { engine, cloud, owner: ownerOf(basename(resolve('.'))), projectId: randomUUID() };

  const wrote: string[] = [];
  const left: string[] = [];
  const ci = options.ci === undefined ? [] : ciFilesOf(options.ci, readCiFiles());
  for (const [name, content] of [...filesOf(project), ...ci]) {
    if (existsSync(name)) left.push(name);
    else {
      mkdirSync(dirname(name), { recursive: true });
      putNewText(name, content);
      wrote.push(name);
    }
  }
  const { text: completed, added } = completePackageJson(project, present?.fields);
  if (text === undefined) {
    putNewText('package.json', completed);
    wrote.push('package.json');
  } else if (added.length > 0) replaceText('package.json', completed);
  else left.push('package.json');

  const lines = [
    ...(wrote.length > 0 ? [`Wrote ${wrote.join(', ')}.`] : []),
    ...(text !== undefined && added.length > 0 ? [`Added to package.json: ${added.join(', ')}.`] : []),
    ...(left.length > 0 ? [`Left as they are: ${left.join(', ')}.`] : []),
    ...(left.includes('.gitignore') ? ignoreNote(findText('.gitignore') ?? '') : []),
    ...(warning === undefined ? [] : [`Warning: ${warning}.`]),
  ];
  say([...lines, '', 'Next:', ...nextSteps(isMissing ? cloud : undefined, options.ci)].join('\n'));
  return 0;
}

async function cloudFor(
  { cloud: asked, yes }: InitOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly cloud: string | undefined; readonly isMissing: boolean }> {
  const entries = entryNames(readCredentialFiles(env));
  const choice = chooseCloud(asked, entries, env);
  if (!('among' in choice)) return { isMissing: false, ...choice };
  if (yes || !canAsk()) throw refusalToAsk(choice.among);
  const question = `clouds.yaml has ${choice.among.join(', ')}. Which one is the project for?\n\n  Enter a value: `;
  const name = await answerTo(question);
  if (!choice.among.includes(name)) refuseUnknown(name, choice.among, false);
  return { cloud: name, isMissing: false };
}

/** The folder's name in the form of an owner. */
function ownerOf(folder: string): string {
  const plain = folder.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '').slice(0, 63); // prettier-ignore
  return plain === '' ? 'my-team' : plain;
}

/** Credentials, states and plans of a project that has a .gitignore of its own. */
function ignoreNote(text: string): string[] {
  const missing = ['clouds.yaml', 'terraform.*.tfstate*', '*.tfplan', 'runs/', 'cdktf.out/'].filter(
    (name) => !text.includes(name),
  );
  return missing.length === 0
    ? []
    : [`Warning: .gitignore does not name ${missing.join(', ')}; add what git must not keep.`];
}

/** @param missing the entry that clouds.yaml has to get */
const nextSteps = (missing: string | undefined, ci: Forge | undefined): string[] =>
  [
    ...(missing === undefined
      ? []
      : [['clouds.yaml', `put it here or into ~/.config/openstack, with an entry ${missing}`]]),
    ['main.ts', 'say what the cloud runs (release), and what you want'],
    ['npm install', 'the tools of package.json'],
    ['npm run -s synth', 'mistakes of the code, all at once; asks nothing of the cloud'],
    ['eval "$(npx stackward provider)"', 'only where no registry can be reached'],
    ['npx stackward doctor preflight', 'compares the code with the cloud; changes nothing'],
    ['npx stackward deploy', 'shows what both halves would change, asks, and does it'],
    ...(ci === undefined ? [] : [['npx stackward explain ci', 'the secrets and environments that the jobs need']]),
    ['npx stackward explain start', 'the whole way, also without access to the registry'],
  ].map(([first = '', second = '']) => `  ${first.padEnd(34)}${second}`);
