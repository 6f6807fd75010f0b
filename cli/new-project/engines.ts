/** The two engines of a project, and which of them a new project gets. Pure. */
import { InvalidCommand } from '../../lib/basics/errors';

export const engines = ['cdktf', 'cdktn'] as const;
export type Engine = (typeof engines)[number];

/** The module that holds the constructs for an engine. */
export const entryOf: Readonly<Record<Engine, string>> = { cdktf: 'stackward', cdktn: 'stackward/cdktn' };

/**
 * The tools of a new project, in the versions of this repository's own tests. (test/unit/new-project.test.ts compares
 * them with the lock file.) The engine's command has the version of the engine.
 */
export const versions = {
  cdktf: '0.21.0',
  cdktn: '0.24.0',
  constructs: '10.7.2',
  '@types/node': '20.19.43',
  esbuild: '0.28.2',
  typescript: '7.0.2',
} as const;

/** What decides which engine's command runs here. */
export interface Machine {
  /** Such as `22.19.0`. */
  readonly node: string;
  /** True if npm can compile a native module: Python, make and a C++ compiler are in PATH. */
  readonly compiles: boolean;
}

export interface Choice {
  readonly engine: Engine;
  /** Why the engine's command will not run here. */
  readonly warning?: string;
}

/**
 * @param asked the option
 * @param declared the engines that package.json names
 * @throws InvalidCommand if the option and package.json contradict each other, or package.json names both
 */
export function chooseEngine(asked: Engine | undefined, declared: readonly Engine[], machine: Machine): Choice {
  const [own, second] = declared;
  if (second !== undefined)
    throw new InvalidCommand(
      'package.json names cdktf and cdktn, and a program takes all from one; remove one of them',
    );
  if (asked !== undefined && own !== undefined && asked !== own)
    throw new InvalidCommand(
      `--engine is ${asked}, and package.json names ${own}; leave out the option, or remove ${own} from package.json`,
    );
  const engine = asked ?? own ?? (runsCdktn(machine.node) ? 'cdktn' : 'cdktf');
  const warning = engine === 'cdktn' ? warningOfCdktn(machine) : warningOfCdktf(machine);
  return warning === undefined ? { engine } : { engine, warning };
}

/** cdktn-cli 0.24 (`engines` of its package.json). */
function runsCdktn(node: string): boolean {
  const [major = 0, minor = 0] = node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 19);
}

const warningOfCdktn = ({ node }: Machine): string | undefined =>
  runsCdktn(node)
    ? undefined
    : `the command of cdktn needs Node.js 22.19 or later, and this is ${node}; install a newer Node.js, or use --engine cdktf`;

/** cdktf-cli 0.21 brings its terminal library compiled for Node.js up to 22. */
const warningOfCdktf = ({ node, compiles }: Machine): string | undefined =>
  Number(node.split('.')[0]) <= 22 || compiles
    ? undefined
    : `npm has to compile a part of cdktf's command for Node.js ${node}, and finds no Python, make and C++ compiler; use --engine cdktn, or install them`;
