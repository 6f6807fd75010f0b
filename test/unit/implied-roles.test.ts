/** Roles that somebody holds because another role implies them, worked out from Keystone's answers. */
import fc from 'fast-check';
import { holdersOf, sayImplying } from '../../lib/policy/implied-roles';
import type { Role, RoleCatalogue } from '../../lib/contract/ports';
import { FakeIdentity } from '../support/fake-identity';

const catalogueOf = (...chains: readonly string[]): RoleCatalogue => new FakeIdentity(...chains).catalogue;

test('roles imply through others, and whoever is in a circle gets all of it', () => {
  expect(holdersOf(catalogueOf('admin>manager>member>reader', 'auditor>reader'), 'reader')).toEqual({
    isThere: true,
    implying: ['admin', 'auditor', 'manager', 'member'],
  });
  expect(holdersOf(catalogueOf('admin>manager>member>reader', 'auditor>reader'), 'member').implying).toEqual([
    'admin',
    'manager',
  ]);
  expect(holdersOf(catalogueOf('a>b>c>a'), 'a').implying).toEqual(['b', 'c']);
  expect(holdersOf(catalogueOf('reader'), 'reader')).toEqual({ isThere: true, implying: [] });
});

test('names are compared as policy does, whatever their case', () => {
  expect(holdersOf(catalogueOf('Admin>READER', 'lead>reader'), 'Reader')).toEqual({
    isThere: true,
    implying: ['Admin', 'lead'],
  });
  expect(holdersOf(catalogueOf('Reader>reader'), 'reader').implying).toEqual([]);
});

test('a domain-specific role is in no token: it gains nothing by its name, and whoever has it gains by what it implies', async () => {
  const identity = new FakeIdentity('reader');
  const reader = await identity.role('reader');
  const [desk, namesake, above] = [
    await identity.domainRole('desk'),
    await identity.domainRole('reader'),
    await identity.domainRole('above'),
  ];
  await identity.imply(desk, reader);
  expect(holdersOf(identity.catalogue, 'reader').implying).toEqual(['desk (domain-specific)']);
  await identity.imply(above, namesake);
  expect(holdersOf(identity.catalogue, 'reader').implying).toEqual(['desk (domain-specific)']);
  await identity.imply(namesake, reader);
  expect(holdersOf(identity.catalogue, 'reader').implying).toEqual(
    ['above', 'desk', 'reader'].map((name) => `${name} (domain-specific)`),
  );
  const alone = new FakeIdentity('member');
  await alone.imply(await alone.domainRole('reader'), await alone.role('member'));
  expect(holdersOf(alone.catalogue, 'reader').isThere).toBe(false);
});

test('where Keystone left roles out, none is called missing or domain-specific', () => {
  const whole = catalogueOf('admin>member>reader');
  const cut = { ...whole, roles: whole.roles.slice(0, 1), isWhole: false };
  expect(holdersOf(cut, 'reader')).toEqual({ isThere: true, implying: ['admin', 'member'] });
  expect(holdersOf(cut, 'raeder')).toEqual({ isThere: true, implying: [] });
});

test('names that could be read as something else are quoted', () => {
  const names = ['a, b', 'ä', 'x\ny', 'x (domain-specific)', 'plain:role-1.2'];
  expect(holdersOf(catalogueOf(...names.map((name) => `${name}>reader`)), 'reader').implying).toEqual(
    ['"a, b"', '"x (domain-specific)"', '"x\\ny"', '"\\u00e4"', 'plain:role-1.2'].sort(),
  );
});

test('a chain of 100,000 roles needs no stack', () => {
  const role = (index: number): Role => ({ id: `r${index}`, name: `r${index}` });
  const roles = Array.from({ length: 100_000 }, (_, index) => role(index));
  const inferences = roles.slice(1).map((implied, index) => ({ prior: role(index), implied }));
  expect(holdersOf({ roles, inferences, isWhole: true }, 'r99999').implying).toHaveLength(99_999);
});

test('for any inferences a role is named exactly if what it implies, expanded as Keystone does, holds the granted one', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 12 }), name, (links, granted) => {
      const catalogue = catalogueOf(...'abcdef', ...links.map(([prior, implied]) => `${prior}>${implied}`));
      const tokenOf = (role: string): Set<string> => {
        const token = new Set([role]);
        for (const name of token) for (const [prior, implied] of links) if (prior === name) token.add(implied);
        return token;
      };
      const expected = [...'abcdef'].filter((role) => role !== granted && tokenOf(role).has(granted));
      expect(holdersOf(catalogue, granted).implying).toEqual(expected);
    }),
  );
});

test('the sentence fits one role and many', () => {
  expect(sayImplying(['admin'], 'member')).toBe(
    'any user with admin may do it too: in Keystone that role implies member',
  );
  expect(sayImplying(['a', 'b', 'c'], 'd')).toBe(
    'any user with a, b or c may do it too: in Keystone these roles imply d',
  );
});
