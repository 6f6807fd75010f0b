/** Changes as items: by name for each stack and target, and with their exact effect. */
import { groupedBy } from '../../lib/basics/groups';
import { append } from '../../lib/basics/lists';
import { count } from '../../lib/render/text';
import type { AttributeChange, OwnChange, ResourceChange, Review, ReviewedStack } from '../model';
import { quotaServices } from '../cloud/wanted';
import { foldThings } from '../../lib/render/fold';
import { inNaturalOrder } from '../../lib/render/natural-order';
import { unreviewedStacks } from './result';
import { code, joined, listed, strong, textOfPiece, type Item, type Line } from '../../lib/render/items';
import { folded } from './folded';
import type { Block } from './outline';
import { afterWhich, placesOf, removalsBefore, type Places } from './order';
import { witnessLine } from './packets';

const verbs: Readonly<Record<string, string>> = { update: 'change', delete: 'destroy' };
export const verbOf = (action: string): string => verbs[action] ?? action;

/** Terraform's signs. A colour says how grave a thing is, and never what is done. */
const signs: Readonly<Record<string, string>> = {
  create: '+ ',
  import: '+ ',
  update: '~ ',
  move: '~ ',
  replace: '-/+ ',
  delete: '- ',
  forget: '- ',
};
export const actionOf = (action: string): Line => [signs[action] ?? '', strong(verbOf(action))];

/** Changes that nothing can undo come first. */
const order = ['delete', 'replace', 'forget', 'update', 'create', 'move', 'import'];
const byAction = <T extends { readonly action: string; readonly subject: string }>(changes: readonly T[]): T[] =>
  inNaturalOrder(changes, ({ subject }) => subject).sort((a, b) => order.indexOf(a.action) - order.indexOf(b.action));

export const declaredTotal = ({ stacks }: Review): number =>
  stacks.reduce((sum, { declares, waitsFor }) => sum + (waitsFor === undefined ? 0 : declares.length), 0);

export const pathOf = ({ id, kind }: OwnChange): string => (id.startsWith(`${kind}.`) ? id.slice(kind.length + 1) : id);

/** A problem without a stack may be about any of them. */
const titleOfQuiet = (unread: ReadonlySet<string>): string =>
  unread.has('') ? 'stacks in which no change is known' : 'stacks without a change';

export function changesBlocks(review: Review): Block[] {
  const { stacks } = review;
  const unread = unreviewedStacks(review);
  const quiet = stacks.filter((stack) => isQuiet(stack) && !unread.has(stack.name));
  return [
    ...foldStacks(
      stacks.filter((stack) => !quiet.includes(stack)),
      unread,
      placesOf(review),
    ),
    ...(quiet.length === 0
      ? []
      : [{ sort: 'names', title: titleOfQuiet(unread), names: quiet.map(({ name }) => name) } as const]),
  ];
}

/** More parts are not one item with those of other stacks. */
const mostParts = 24;

/** Stacks that are alike, such as those of many tenants, become one item. */
const foldStacks = (stacks: readonly ReviewedStack[], unread: ReadonlySet<string>, places: Places): Block[] =>
  foldThings<Block[], readonly Block[]>(
    stacks.map((stack) => stackBlocks(stack, unread.has(stack.name), places)),
    stackItem,
    (item) => [
      { sort: 'heading', line: [`${item.count} stacks with the same changes`] },
      { sort: 'item', ...item },
    ],
    (blocks) => [blocks],
  ).flat();

/** Undefined if a part of the stack is folded by itself. */
function stackItem(blocks: readonly Block[]): Item | undefined {
  const lines: Line[] = [];
  for (const block of blocks.slice(0, mostParts + 1)) {
    if (block.sort === 'names' || block.sort === 'table') return undefined;
    if (block.sort !== 'item') lines.push(block.line);
    else if (block.count > 1) return undefined;
    else append(lines, block.lines);
  }
  const tones = blocks.map((block) => ('tone' in block ? block.tone : 'plain'));
  const tone = (['danger', 'warning'] as const).find((each) => tones.includes(each)) ?? 'plain';
  return blocks.length > mostParts ? undefined : { tone, names: namesIn(blocks), lines, code: [] };
}

/** The names of the stack and of its constructs stand as code. */
const namesIn = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((block) => (block.sort === 'heading' ? block.line.slice(1, 2).map(textOfPiece) : []));

const isQuiet = ({ waitsFor, ...stack }: ReviewedStack): boolean =>
  waitsFor === undefined &&
  [stack.terraform, stack.outputs, stack.drift, stack.ours, stack.waiting, stack.warnings].every(
    ({ length }) => length === 0,
  );

function stackBlocks(stack: ReviewedStack, isUnread: boolean, places: Places): Block[] {
  const { name, terraform, ours } = stack;
  const targets = groupedBy(ours, ({ target }) => target);
  return [
    {
      sort: 'heading',
      line: ['stack ', code(name), ...afterWhich(stack, places)],
    },
    ...removalsBefore(stack),
    ...(isUnread
      ? [{ sort: 'paragraph', tone: 'danger', line: [strong('not reviewed'), ' as a whole: see Problems'] } as const]
      : []),
    ...plannedLater(stack),
    ...grouped(['Terraform'], byAction(terraform), resourceItem),
    ...inNaturalOrder([...targets.keys()], (target) => target).flatMap((target) =>
      grouped(['stackward on ', code(target)], byAction(targets.get(target) ?? []), ownItem),
    ),
    ...grouped(["Terraform's outputs that change"], stack.outputs, (output) => outputItem(name, output)),
    ...grouped(['changed by somebody else since the last apply'], byAction(stack.drift), resourceItem),
    ...grouped(['waits for values that are known after apply'], stack.waiting, named),
    ...grouped(['warnings of the plan'], stack.warnings, (text) => warning(name, text)),
  ];
}

function grouped<T>(title: Line, things: readonly T[], itemOf: (thing: T) => Item): Block[] {
  if (things.length === 0) return [];
  const line: Line = [...title, `: ${things.length}`];
  return [{ sort: 'paragraph', tone: 'plain', line }, ...folded(things, itemOf)];
}

function plannedLater({ waitsFor, declares }: ReviewedStack): Block[] {
  if (waitsFor === undefined) return [];
  const line: Line = [
    strong('to be planned after '),
    ...listed(waitsFor.map(code)),
    `: the code declares ${count(declares.length, 'resource')}`,
  ];
  const types = inNaturalOrder([...new Set(declares.map(({ type }) => type))], (type) => type);
  return [
    { sort: 'paragraph', tone: 'warning', line },
    ...types.map((type): Block => {
      const paths = declares.filter((declared) => declared.type === type).map(({ path }) => path);
      return { sort: 'names', title: type, names: inNaturalOrder(paths, (path) => path) };
    }),
  ];
}

const named = (id: string): Item => ({ tone: 'plain', names: [id], lines: [[code(id)]], code: [] });
const warning = (stack: string, text: string): Item => ({ tone: 'warning', names: [stack], lines: [[text]], code: [] });

const outputItem = (stack: string, output: AttributeChange): Item => ({
  tone: 'plain',
  names: [stack],
  lines: [attributeLine(output.name, output)],
  code: [],
});

/** More attributes than this stand with the exact effect alone. */
const mostNamed = 6;

/** Tells a new description from a new filter. The limits of quotas stand below with their numbers. */
function changedNames(change: ResourceChange): Line {
  if (change.action !== 'update' || limitLines(change).length > 0) return [];
  const names = [...new Set(change.attributes.map(({ name }) => name.split(/[.[]/)[0] ?? name))];
  const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return names.length === 0 ? [] : [': ', ...listed(names.slice(0, mostNamed).map(code)), more];
}

function resourceItem(change: ResourceChange): Item {
  const { action, subject, type, path, replacedBecause, movedFrom, importedId } = change;
  const because: Line[] = [
    ...limitLines(change),
    ...(replacedBecause.length === 0 ? [] : [['because of ', ...listed(replacedBecause.map(code))]]),
    ...(movedFrom === undefined ? [] : [['moved from ', code(movedFrom)]]),
    ...(importedId === undefined ? [] : [['takes over ', code(importedId)]]),
  ];
  return {
    tone: 'plain',
    names: [path],
    lines: [[...actionOf(action), ` ${subject} `, code(path), ` (${type})`, ...changedNames(change)], ...because],
    code: [],
  };
}

/** Limits are few and short, and whoever is asked for a yes decides about the numbers, not about "quotas". */
function limitLines({ type, attributes }: ResourceChange): Line[] {
  if (!Object.hasOwn(quotaServices, type)) return [];
  const limits = attributes.filter(({ before, after }) => [before, after].some(isLimit));
  const lines = limits.map(({ name, before, after = 'none' }): Line => {
    const sides = before === undefined ? [code(after)] : [code(before), ' becomes ', code(after)];
    return [code(name), ' ', ...sides];
  });
  return lines.length === 0 ? [] : [joined(lines, ', ')];
}

const isLimit = (text: string | undefined): boolean => /^-?\d+$/.test(text ?? '');

const ownItem = (change: OwnChange): Item => ({
  tone: 'plain',
  names: [pathOf(change)],
  lines: [[...actionOf(change.action), ` ${change.subject} `, code(pathOf(change)), ` (${change.kind})`]],
  code: [],
});

const attributeLine = (
  name: string,
  { before, after }: { readonly before?: string | undefined; readonly after?: string | undefined },
): Line => {
  if (before === undefined) return ['+ ', code(name), ' = ', code(after ?? '')];
  if (after === undefined) return ['- ', code(name), ' = ', code(before)];
  return ['~ ', code(name), ' = ', code(before), ' becomes ', code(after)];
};

/** Of a destroyed thing only its name is shown, so Terraform's deletions have no effect of their own. */
export const changesWithEffect = ({ stacks }: Review): (ResourceChange | OwnChange)[] =>
  stacks.flatMap(({ terraform, ours }) => [
    ...byAction(terraform).filter(({ attributes, action }) => attributes.length > 0 && action !== 'delete'),
    ...inNaturalOrder(ours, ({ id, target }) => `${id}@${target}`),
  ]);

/** The attributes that Terraform sets, or what stackward does. */
export const effectItem = (change: ResourceChange | OwnChange): Item =>
  'address' in change ? resourceEffect(change) : ownEffect(change);

const resourceEffect = ({ action, address, path, attributes, witnesses }: ResourceChange): Item => ({
  tone: 'plain',
  names: [path],
  lines: [
    [...actionOf(action), ' ', code(address)],
    ...attributes.map((each) => attributeLine(each.name, each)),
    ...witnesses.map(witnessLine),
  ],
  code: [],
});

const ownEffect = (change: OwnChange): Item => ({
  tone: 'plain',
  names: [pathOf(change)],
  lines: [
    [...actionOf(change.action), ' ', code(`${change.id}@${change.target}`), `: ${change.subject}`],
    [`because ${change.because}`],
    ...change.changes.map((each) => attributeLine(each.attribute, each)),
    ...change.notes.map((note): Line => [note]),
  ],
  code: change.effect,
});
