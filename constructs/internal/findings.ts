/**
 * Findings of all stacks, thrown together before anything is written.
 *
 * Goals: one run names every mistake with its construct's path, in `cdktf synth`, `tsx main.ts` and
 * `Testing.synth(stack, true)` alike. If the app has a mistake, the stacks in cdktf.out stay as they were.
 * How: every CloudStack carries this validation. cdktf 0.21 validates a stack right before it writes the stack, after
 * it has prepared all stacks. So the validation that runs first reports the whole app. It throws instead of returning
 * messages, because cdktf would print each message under the path of the stack that happened to be first.
 * Given up: a validation on the app, because cdktf runs it after all stacks are written, and `Testing.synth` never runs
 * it. An aspect sees one stack at a time. A plain TerraformStack that comes first in the app is written before the
 * findings are thrown.
 */
import type { IConstruct } from 'constructs';
import { addressFindings, type AddressPlan } from '../../lib/synth/address-plan';
import { InvalidConfiguration } from '../../lib/basics/errors';
import { faultOfName } from '../../lib/basics/line';
import { optionFindings } from '../../lib/synth/option-plan';
import { quotaFindings } from '../../lib/synth/quota-plan';
import { printable } from '../../lib/basics/printable';
import { declarationsOfApp, type Declarations } from './declarations';
import { engineFindings } from './engine';
import { sensitiveFindings } from './sensitive-attributes';
import { serverFindings } from './server-findings';
import { resolveIn } from './resolve';
import { versionFindings } from './version-findings';
import { wishFindings } from './wish-findings';
import type { SynthFinding } from '../../lib/synth/synth-finding';

const passed = new WeakMap<IConstruct, number>();

/**
 * For `node.addValidation` of a stack: [] when the app has no findings.
 * @throws InvalidConfiguration with all of them
 */
export function validateApp(stack: IConstruct): string[] {
  const app = declarationsOfApp(stack);
  const { root } = stack.node;
  if (passed.get(root) === app.revision) return [];
  const findings = findingsOfApp(stack);
  if (findings.length > 0) throw findingsError(findings);
  passed.set(root, app.revision);
  return [];
}

/** Node prints the stack and the fields of an uncaught error. This error prints the findings alone, and once. */
function findingsError(findings: readonly SynthFinding[]): InvalidConfiguration {
  const error = new InvalidConfiguration(renderFindings(findings));
  error.stack = `${error.name}: ${error.message}`;
  for (const field of ['name', 'reason', 'detail', 'where']) Object.defineProperty(error, field, { enumerable: false });
  return error;
}

/** All findings of the app in which `scope` is, in the order of the stacks. */
export function findingsOfApp(scope: IConstruct): readonly SynthFinding[] {
  const stacks = declarationsOfApp(scope).all.filter((declarations) => !declarations.isRetiring);
  const found = [
    ...stacks.flatMap((declarations) => declarations.list('findings')),
    ...byCloud(stacks).flatMap(([cloud, ofCloud]) => (cloud ? addressFindings(planOf(ofCloud), cloud.release) : [])),
    ...quotaFindings(
      stacks.flatMap((declarations) => declarations.list('quotas')),
      stacks.flatMap((declarations) => declarations.list('uses')),
    ),
    ...claimFindings(stacks),
    ...optionFindings(stacks.flatMap((declarations) => declarations.list('options'))),
    ...stacks.flatMap(({ stack }) => engineFindings(stack)),
    ...stacks.flatMap(nameFindings),
    ...stacks.flatMap(sensitiveFindings),
    ...stacks.flatMap(serverFindings),
    ...stacks.flatMap(versionFindings),
  ];
  const places = new Set(found.map(({ path }) => path));
  return once([...found, ...stacks.flatMap((declarations) => wishFindings(declarations, places))]);
}

/**
 * A construct passes its props on to its children, and each child would report the same mistake. Only the outermost
 * report is kept.
 */
function once(findings: readonly SynthFinding[]): SynthFinding[] {
  const places = new Map<string, Set<string>>();
  for (const { path, message } of findings) places.set(message, (places.get(message) ?? new Set()).add(path));
  return findings.filter(({ path, message }, index) => {
    const isAbove = [...(places.get(message) ?? [])].some((place) => path.startsWith(`${place}/`));
    const isFirst = findings.findIndex((finding) => finding.path === path && finding.message === message) === index;
    return isFirst && !isAbove;
  });
}

/** Names in the manifest that the stackward command would refuse. */
function nameFindings({ stack, resources }: Declarations): SynthFinding[] {
  return [stack.node.id, ...resources.keys()].flatMap((path) => {
    const fault = faultOfName(path);
    return fault === undefined ? [] : [{ path: printable(path), message: `its name ${fault}` }];
  });
}

export function renderFindings(findings: readonly SynthFinding[]): string {
  const count = findings.length === 1 ? 'one finding' : `${String(findings.length)} findings`;
  return [`${count}, nothing was written:`, ...findings.map(({ path, message }) => `  ${path}: ${message}`)].join('\n');
}

function byCloud(stacks: readonly Declarations[]): [Declarations['cloud'], Declarations[]][] {
  const clouds = new Map<Declarations['cloud'], Declarations[]>();
  for (const declarations of stacks) {
    const ofCloud = clouds.get(declarations.cloud);
    if (ofCloud) ofCloud.push(declarations);
    else clouds.set(declarations.cloud, [declarations]);
  }
  return [...clouds];
}

function planOf(stacks: readonly Declarations[]): AddressPlan {
  const all = <K extends keyof AddressPlan>(sort: K) =>
    stacks.flatMap((declarations) => declarations.list(sort)) as unknown as AddressPlan[K];
  return {
    subnets: all('subnets'),
    addresses: all('addresses'),
    bridges: all('bridges'),
    routers: all('routers'),
    floating: all('floating'),
    red: all('red'),
  };
}

function claimFindings(stacks: readonly Declarations[]): SynthFinding[] {
  const owners = new Map<string, string>();
  const findings: SynthFinding[] = [];
  for (const declarations of stacks) {
    const { stack } = declarations;
    for (const { thing, path } of declarations.list('claims')) {
      const name = String(resolveIn(stack, thing));
      // The same reference may stand for different things in two stacks.
      const key = name.includes('${') ? `${stack.node.path} ${name}` : name;
      const owner = owners.get(key);
      if (owner === undefined) owners.set(key, path);
      else
        findings.push({
          path,
          message: `${name} is declared twice: ${owner} decides about it too; leave it to one of them`,
        });
    }
  }
  return findings;
}
