/** The names nearest to a misspelt one, against the plain definition of the distance between two texts. */
import fc from 'fast-check';
import { nearestNames, sayOthers } from '../../lib/basics/nearest';

function distance(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const [restOfA, restOfB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return distance(restOfA, restOfB);
  return 1 + Math.min(distance(restOfA, restOfB), distance(a, restOfB), distance(restOfA, b));
}

const text = fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 8 });

test('all names within a quarter of their letters are found, the nearest three first', () => {
  fc.assert(
    fc.property(text, fc.uniqueArray(text, { maxLength: 6 }), (name, names) => {
      const near = names
        .map((candidate) => ({ candidate, steps: distance(name, candidate) }))
        .filter(({ candidate, steps }) => steps * 4 <= Math.max(name.length, candidate.length))
        .sort((a, b) => a.steps - b.steps || (a.candidate < b.candidate ? -1 : 1));
      expect(nearestNames(name, names)).toEqual(near.slice(0, 3).map(({ candidate }) => candidate));
    }),
  );
});

test('the names that there are begin with those that may be meant, and end with a number', () => {
  const images = ['arch', 'ubuntu-22.04', 'cirros', 'debian-11', 'debian-12', 'fedora', 'alma', 'rocky', 'suse', 'void', 'windows', 'freebsd']; // prettier-ignore
  expect(sayOthers('debain-12', images)).toBe('are debian-12, debian-11, alma, arch, cirros, fedora, freebsd, rocky, suse, ubuntu-22.04 and 2 more'); // prettier-ignore
  expect(sayOthers('Ubuntu', images)).toMatch(/^are ubuntu-22\.04, alma, /);
  expect(sayOthers('utm', ['cirros'])).toBe('is cirros');
  expect(sayOthers('utm', [])).toBe('is none');
  const users = Array.from({ length: 6_000 }, (_, index) => `user${index}`);
  expect(sayOthers('usre17', users)).toMatch(/^are user0, user1, .* and 5990 more$/);
});
