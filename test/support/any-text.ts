/** Texts of any characters but halves of a pair, among them names that every object of JavaScript has. */
import fc from 'fast-check';

/** fast-check's own unit "binary" lists all of Unicode before the first text, which takes 2 s of processor time. */
const character = fc
  .integer({ min: 0, max: 0x10f7ff })
  .map((number) => String.fromCodePoint(number < 0xd800 ? number : number + 0x800));

const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf'];

export const anyText = (maxLength = 10): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 19, arbitrary: fc.string({ unit: character, maxLength }) },
    { weight: 1, arbitrary: fc.constantFrom(...inherited.filter(({ length }) => length <= maxLength)) },
  );
