/** The order of stacks by names alone: for random pairs, and for circles. */
import fc from 'fast-check';
import { orderStacks, type Pair, type Removal } from '../../review/order/stack-order';

const removal = (first: string, then: string, isRefused = true): Removal => ({ first, then, isRefused });
const need = (first: string, then: string): Pair => ({ first, then });

test('a stack moves forward only as far as a removal asks for', () => {
  const { names, broken } = orderStacks(['shared', 'a', 'b', 'c'], [], [removal('b', 'shared')]);
  expect([names, broken]).toEqual([['b', 'shared', 'a', 'c'], []]);
});

test('a chain of removals is followed to its end, together with what its stacks need', () => {
  const chain = [removal('c', 'b'), removal('b', 'a')];
  expect(orderStacks(['a', 'b', 'c', 'd', 'e'], [need('d', 'c')], chain).names).toEqual(['d', 'c', 'b', 'a', 'e']);
});

test('a removal by a stack that has to come first is broken, with the way through the stacks between', () => {
  const needs = [need('shared', 'middle'), need('middle', 'acme')];
  const { names, follows, broken } = orderStacks(['shared', 'middle', 'acme'], needs, [removal('acme', 'shared')]);
  expect(names).toEqual(['shared', 'middle', 'acme']);
  expect(follows).toEqual([]);
  expect(broken.map(({ circle }) => circle)).toEqual([['shared', 'middle', 'acme']]);
});

test('a circle of removals breaks each of them, and no other', () => {
  const circle = [removal('a', 'b'), removal('b', 'c'), removal('c', 'a')];
  const { names, follows, broken } = orderStacks(['a', 'b', 'c', 'd'], [], [...circle, removal('d', 'a')]);
  expect(broken.map((each) => each.removal)).toEqual(circle);
  expect([names, follows]).toEqual([['d', 'a', 'b', 'c'], [removal('d', 'a')]]);
});

test('a wish gives way to a need, to a refusal, and to a wish before it', () => {
  const wishes = [removal('b', 'a', false), removal('c', 'b', false), removal('b', 'c', false)];
  const { follows, broken } = orderStacks(['a', 'b', 'c', 'd'], [need('a', 'b')], [...wishes, removal('d', 'c')]);
  expect([follows, broken]).toEqual([[removal('d', 'c'), removal('c', 'b', false)], []]);
});

/** Stacks in dependency order, and removals between any two of them. */
const cases = fc.integer({ min: 2, max: 9 }).chain((size) => {
  const names = Array.from({ length: size }, (_, place) => `s${place}`);
  const pair = fc
    .tuple(fc.nat(size - 1), fc.nat(size - 1))
    .filter(([a, b]) => a !== b)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b), a] as const);
  return fc.record({
    names: fc.constant(names),
    needs: fc.array(pair.map(([low, high]) => need(`s${low}`, `s${high}`)), { maxLength: 12 }),
    removals: fc.array(
      fc.tuple(pair, fc.boolean()).map(([[low, high, a], isRefused]) =>
        a === low ? removal(`s${low}`, `s${high}`, isRefused) : removal(`s${high}`, `s${low}`, isRefused),
      ),
      { maxLength: 12 },
    ),
  });
}); // prettier-ignore

/** Whether a chain of pairs leads from one stack to the other, by trying out all lengths. */
function leads(pairs: readonly Pair[], from: string, to: string): boolean {
  let reached = new Set([from]);
  for (let round = 0; round <= pairs.length; round++)
    reached = new Set([...reached, ...pairs.filter(({ first }) => reached.has(first)).map(({ then }) => then)]);
  return reached.has(to);
}

test('for any pairs the order has each stack once, keeps all needs, and each refused removal that no circle breaks', () => {
  fc.assert(
    fc.property(cases, ({ names, needs, removals }) => {
      const made = orderStacks(names, needs, removals);
      expect([...made.names].sort()).toEqual(names);
      const placeOf = (name: string): number => made.names.indexOf(name);
      for (const { first, then } of [...needs, ...made.follows]) expect(placeOf(first)).toBeLessThan(placeOf(then));
      const refused = removals.filter(({ isRefused }) => isRefused);
      const all = [...needs, ...refused];
      const inCircle = refused.filter(({ first, then }) => leads(all, then, first));
      expect(made.broken.map((each) => each.removal)).toEqual(inCircle);
      expect(made.follows.filter(({ isRefused }) => isRefused)).toEqual(
        refused.filter((each) => !inCircle.includes(each)),
      );
      for (const { circle, removal: own } of made.broken) {
        expect([circle[0], circle.at(-1)]).toEqual([own.then, own.first]);
        circle.slice(1).forEach((then, place) => expect(all).toContainEqual(expect.objectContaining({ first: circle[place], then }))); // prettier-ignore
      }
      if (made.follows.length === 0) expect(made.names).toEqual(names);
    }),
  );
});
