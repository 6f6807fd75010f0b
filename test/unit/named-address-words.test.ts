/** Addresses that two things of a change name, that nobody may read, or whose network has an impossible name. */
import { readCloud } from '../../cli/review/read-cloud';
import type { ReadingContext } from '../../cli/wire';
import { plain } from '../../lib/render/style';
import { renderReview } from '../../cli/deploy/show';
import { assembleReview, type StackRead } from '../../review/assemble';
import { renderReviewText } from '../../review/render/text';
import { noUses } from '../../review/order/deploy-order';
import { findDoubled } from '../../review/terraform/doubled-addresses';
import { placeAddresses, placesOf } from '../../review/terraform/named-addresses';
import { elsewhere, network, port, router, subnet } from '../support/doomed-network';
import { forgedStack, staying, type Forged } from '../support/forged-plan';
import { acme, fixed, green, ip, namedIn, theirs, web } from '../support/named-address-plans';
import { opening } from '../support/planned-opening';

const floating = (name: string, more: Partial<Forged> = {}): Forged => ({ type: 'networking_floatingip_v2', name, after: { pool: 'Green', address: ip }, ...more }); // prettier-ignore

/** @param showsAllPorts false: Neutron tells no port of others */
async function seenBy(stacks: readonly StackRead[], { isHeld = false, showsAllPorts = true, isThere = true } = {}) {
  const neutron = {
    networks: () => Promise.resolve(isThere ? [{ ...green, showsAllPorts }] : []),
    subnets: () => Promise.resolve([]),
    portsAt: () => Promise.resolve(isHeld ? [port({ id: theirs, name: 'legacy' })] : []),
  };
  const readers = {
    cloud: 'here',
    network: () => Promise.resolve(neutron),
    names: () => Promise.resolve({ count: () => Promise.resolve({ all: 1, private: 0 }) }),
    inventory: () => Promise.resolve({ projects: () => Promise.resolve([]) }),
  };
  return readCloud(stacks, noUses, { readers } as unknown as ReadingContext);
}

describe('an address that two things of the change name', () => {
  const said = async (stacks: readonly StackRead[]) => (await seenBy(stacks)).taken;
  const stops =
    'Neutron refuses all but the first with 409, and a deploy stops there. Name another address for the others';

  test('is the risk of the last, in one stack or in two', async () => {
    const b = web({ name: 'b', after: { name: 'b', ...fixed(ip) } });
    const [place, sure] = [{ stack: 'acme', address: 'openstack_networking_port_v2.b' }, { isCertain: true }];
    const who = (stack: string) => `needs 10.0.1.77 in network Green, and two things of this change name it: port web (10.0.1.77) in project (known after apply, of stack acme) of stack acme and port b (10.0.1.77) in project (known after apply, of stack ${stack}) of stack ${stack}. ${stops}`; // prettier-ignore
    expect(await said([acme(web(), b)])).toEqual([{ ...place, ...sure, said: who('acme') }]);
    expect(await said([acme(web()), forgedStack('late', [b])])).toEqual([{ ...place, ...sure, stack: 'late', said: who('late') }]); // prettier-ignore
  });

  test('is one of a port and of a floating IP in the same network, and three are counted', async () => {
    expect(await said([acme(web(), floating('ip'))])).toMatchObject([{ address: 'openstack_networking_floatingip_v2.ip' }]); // prettier-ignore
    expect((await said([acme(web(), web({ name: 'b' }), floating('ip'))]))[0]?.said).toContain('3 things of this change name it: '); // prettier-ignore
  });

  test('is none where a thing keeps it, names it twice, or names it in another network', async () => {
    const keeping = staying('networking_port_v2', 'old', { id: theirs, ...fixed(ip) });
    const twice = web({ after: { network_id: network, fixed_ip: [{ ip_address: ip }, { ip_address: ip }] } });
    const inBlue = web({ name: 'b', after: { ...fixed(ip), network_id: elsewhere } });
    expect(await said([acme(web(), keeping)])).toEqual([]);
    expect(await said([acme(twice)])).toEqual([]);
    expect(await said([acme(web(), inBlue)])).toEqual([]);
  });

  test('is uncertain where the cloud has several networks of the name', () => {
    const { named } = namedIn(acme(floating('a'), floating('b')));
    const { placed } = placeAddresses(named, [green, { ...green, id: elsewhere }], []);
    expect(findDoubled(placed).map(({ isSure }) => isSure)).toEqual([false, false]);
  });
});

describe('an address that is sensitive', () => {
  const hidden = web({ sensitive: { fixed_ip: [{ ip_address: true }] } });
  const reviewed = async (stacks: readonly StackRead[], ...more: Parameters<typeof seenBy>[1][]) => {
    const cloud = await seenBy(stacks, ...more);
    const review = assembleReview({ ...opening, stacks, own: undefined, cloud });
    const printed = `${renderReviewText(review, 200)}\n${renderReview(review, 200, plain)}`;
    return { cloud, all: `${JSON.stringify(review)}\n${printed}` };
  };

  test('is in no message of the review, and is compared all the same', async () => {
    const second = web({ name: 'b', sensitive: { fixed_ip: true } });
    const wrong = web({ after: fixed('10.0.1.777'), sensitive: { fixed_ip: [{ ip_address: true }] } });
    const gateway: Forged = { type: 'networking_router_v2', name: 'r', after: { external_network_id: network, external_fixed_ip: [{ ip_address: ip }] }, refers: { external_fixed_ip: 'x' }, sensitive: { external_fixed_ip: [{ ip_address: true }] } }; // prettier-ignore
    const leg: Forged = { type: 'networking_router_interface_v2', name: 'leg', after: { router_id: router, subnet_id: subnet } }; // prettier-ignore
    const known = { ...staying('networking_subnet_v2', 's', { id: subnet, network_id: network, gateway_ip: ip }), sensitive: { gateway_ip: true } }; // prettier-ignore
    for (const changes of [
      [hidden],
      [hidden, second],
      [wrong],
      [gateway],
      [leg, known],
      [floating('ip', { sensitive: { address: true } })],
    ]) {
      // prettier-ignore
      for (const more of [{ isHeld: true }, { showsAllPorts: false }, { isThere: false }]) {
        const { all, cloud } = await reviewed([acme(...changes)], more);
        expect(all).not.toContain('10.0.1.77');
        if (more.isHeld && changes[0] !== wrong) expect(cloud.taken[0]?.said).toMatch(/^needs \(sensitive\) in network Green, and port legacy \(\(sensitive\)\) has it/); // prettier-ignore
        if (!more.isHeld) expect(cloud.hidden[0]?.message).toContain('whether others have (sensitive) in network');
      }
    }
  });

  test('is said at the thing that hides it, where another one names it openly', async () => {
    const open = web({ name: 'b', after: { name: 'b', ...fixed(ip) } });
    const { taken } = await seenBy([acme(hidden, open)]);
    expect(taken).toMatchObject([{ address: 'openstack_networking_port_v2.web' }]);
    expect(taken[0]?.said).not.toContain(ip);
  });

  test('hides the name of its network only, where that alone is sensitive', async () => {
    const secret = floating('ip', { sensitive: { pool: true } });
    for (const more of [{ isHeld: true }, { showsAllPorts: false }, { isThere: false }]) {
      const { all } = await reviewed([acme(secret)], more);
      expect(all).not.toContain('Green');
      expect(all).toContain('10.0.1.77 in network (sensitive)');
    }
  });
});

describe('a name or an id that Neutron can not have', () => {
  const inPool = (pool: string): Forged => floating(`ip${pool.length}`, { after: { pool, address: ip } });

  test('is asked for by nobody, and is said in short', () => {
    const [long, longest] = ['n'.repeat(10_000), '🌐'.repeat(255)];
    const { named } = namedIn(acme(inPool(long), inPool(longest), web({ after: { ...fixed(ip), network_id: long } }), { type: 'networking_router_interface_v2', name: 'leg', after: { subnet_id: long } })); // prettier-ignore
    expect(placesOf(named)).toEqual({ networks: [], networkNames: [longest], subnets: [] });
    const short = `${'n'.repeat(60)}… (10000 characters)`;
    expect(placeAddresses(named, [], []).unplaced.map(({ said, why }) => `${said}: ${why}`)).toEqual([
      `10.0.1.77 in network ${short}: no name in Neutron has more than 255 characters`,
      expect.stringMatching(/: these credentials see no network of that name$/),
      `10.0.1.77 in network ${short}: no id of Neutron has more than 36 characters`,
      `the gateway address of subnet ${short}: no id of Neutron has more than 36 characters`,
    ]);
  });

  test('leaves the other names of all stacks their answer, up to 200', () => {
    const { named } = namedIn(...Array.from({ length: 207 }, (_, place) => forgedStack(`s${place}`, [inPool(`p${'n'.repeat(place)}`)]))); // prettier-ignore
    expect(placesOf(named).networkNames).toHaveLength(200);
    const { unplaced } = placeAddresses(named, [], []);
    expect(unplaced.filter(({ why }) => why === 'a review asks for at most 200 names of networks')).toHaveLength(7);
  });
});
