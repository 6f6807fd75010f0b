import fc from 'fast-check';
import { firstBy, lookupBy, lookupByAny } from '../../lib/basics/groups';

const items = fc.uniqueArray(fc.record({ name: fc.nat(99), keys: fc.array(fc.nat(5), { maxLength: 3 }) }), {
  selector: ({ name }) => name,
});
const keyOf = ({ keys }: { keys: number[] }): number | undefined => keys[0];

test('a look-up finds what a search through all items finds, in the same order', () => {
  fc.assert(
    fc.property(items, fc.nat(5), (all, key) => {
      expect(lookupBy(all, keyOf)(key)).toEqual(all.filter((item) => keyOf(item) === key));
    }),
  );
});

test('a look-up by several keys finds each item that has any of them once, in the order of the items', () => {
  fc.assert(
    fc.property(items, fc.array(fc.nat(5), { maxLength: 4 }), (all, keys) => {
      const found = lookupByAny(all, (item) => item.keys)(keys);
      expect(found).toEqual(all.filter((item) => item.keys.some((key) => keys.includes(key))));
    }),
  );
});

test('the first item of each key stands for its key', () => {
  fc.assert(
    fc.property(items, fc.nat(5), (all, key) => {
      expect(firstBy(all, keyOf).get(key)).toBe(all.find((item) => keyOf(item) === key));
    }),
  );
});
