import fc from 'fast-check';
import { addressFindings, type AddressDeclaration } from '../../lib/synth/address-plan';
import { address, plan, subnet } from '../support/address-plan';

describe('for any plan', () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const anySubnet = fc.record({
    third: fc.integer({ min: 0, max: 3 }),
    length: fc.integer({ min: 22, max: 30 }),
    tenant: octet,
  });
  const anyPlan = fc.record({
    subnets: fc.array(anySubnet, { maxLength: 8 }),
    addresses: fc.array(fc.record({ on: fc.nat(7), third: fc.integer({ min: 0, max: 3 }), last: octet }), {
      maxLength: 12,
    }),
  });
  const build = ({
    subnets,
    addresses,
  }: {
    subnets: { third: number; length: number; tenant: number }[];
    addresses: { on: number; third: number; last: number }[];
  }) => {
    const declared = subnets.map(({ third, length, tenant }, index) => {
      const size = 2 ** (32 - length);
      const first = Math.floor((third * 256) / size) * size;
      const base = `10.0.${String(Math.floor(first / 256))}.${String(first % 256)}`;
      return subnet(`n${String(index)}`, `${base}/${String(length)}`, { tenant: `t${String(tenant % 2)}` });
    });
    return plan({
      subnets: declared,
      addresses: addresses
        .filter(({ on }) => on < declared.length)
        .map(({ on, third, last }, index) =>
          address(`p${String(index)}`, `n${String(on)}`, `10.0.${String(third)}.${String(last)}`),
        ),
    });
  };
  const number = (text: string) => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const range = (cidr = '') => {
    const [host = '', length = ''] = cidr.split('/');
    return [number(host), number(host) + 2 ** (32 - Number(length)) - 1] as const;
  };

  test('overlaps are those that comparing every pair finds', () => {
    fc.assert(
      fc.property(anyPlan, (parts) => {
        const whole = build({ ...parts, addresses: [] });
        const pairs = whole.subnets.flatMap((a, i) =>
          whole.subnets.slice(i + 1).filter((b) => {
            const [first, last] = range(a.cidr);
            const [start, end] = range(b.cidr);
            return a.tenant === b.tenant && first <= end && start <= last;
          }),
        );
        expect(addressFindings(whole, 'zed')).toHaveLength(pairs.length);
      }),
    );
  });

  test('misplaced and doubled addresses are those that a plain count finds', () => {
    fc.assert(
      fc.property(anyPlan, (parts) => {
        const whole = build(parts);
        const isMisplaced = (declared: AddressDeclaration) => {
          const on = whole.subnets.find(({ key }) => key === declared.subnet);
          const [first, last] = range(on?.cidr);
          const value = number(declared.address);
          return value <= first + 1 || value >= last; // network, gateway, broadcast, outside
        };
        const misplaced = whole.addresses.filter(isMisplaced).length;
        const distinct = new Set(whole.addresses.map(({ network, address: text }) => `${network} ${text}`)).size;
        const found = addressFindings({ ...whole, subnets: whole.subnets }, 'zed').filter(({ path }) =>
          path.startsWith('p'),
        );
        expect(found).toHaveLength(misplaced + whole.addresses.length - distinct);
      }),
    );
  });

  test('the order of declarations changes nothing but who is named', () => {
    fc.assert(
      fc.property(anyPlan, (parts) => {
        const whole = build(parts);
        const turned = plan({ subnets: [...whole.subnets].reverse(), addresses: [...whole.addresses].reverse() });
        expect(addressFindings(turned, 'zed')).toHaveLength(addressFindings(whole, 'zed').length);
      }),
    );
  });
});
