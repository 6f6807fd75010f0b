/** A function that recalls what it was asked about last. */
import { recalling } from '../../lib/basics/recent';

let computed: string[] = [];
beforeEach(() => (computed = []));
const firstLetter = (text: string): string | undefined => {
  computed.push(text);
  return text[0];
};

test('a text of late is computed once, also if its answer is undefined', () => {
  const letter = recalling(2, firstLetter);
  expect(['ab', '', 'ab', ''].map(letter)).toEqual(['a', undefined, 'a', undefined]);
  expect(computed).toEqual(['ab', '']);
});

test('at least as many texts as asked for are known, and of the older ones none beyond twice as many', () => {
  const letter = recalling(2, firstLetter);
  ['1', '2', '3', '2', '3', '4', '5', '4', '5', '1'].forEach(letter);
  expect(computed).toEqual(['1', '2', '3', '4', '5', '1']);
});
