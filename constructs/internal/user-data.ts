/**
 * User data of a UTM in the tenant's terms: which of guest, green, orange and red it has, and how they are joined.
 *
 *     const props: UtmUserDataProps = {
 *       hostname: deriveHostname(name, release),
 *       mode: 'bridged',
 *       nics: {
 *         guest: { macAddress: guestPort.macAddress },
 *         green: { macAddress: greenPort.macAddress, addresses: ['10.1.0.254/24'] },
 *         orange: { macAddress: orangePort.macAddress },
 *         red: { macAddress: redPort.macAddress, addresses: ['203.0.113.11/26'], gateway: '203.0.113.1' },
 *       },
 *     };
 *     userDataFindings(props)                             // sentences for the app's validation; [] = nothing wrong
 *     new ComputeInstanceV2(…, { userData: renderUserData(props) })
 *
 * Every string is literal, also `${HOME}` in a script. Terraform replaces only cdktf's tokens (a resource's attribute).
 * The value of a token must be one line without quotes: a MAC or an IP address, an id, a name. WARNING: no secrets in
 * user data; see lib/synth/cloud-config.ts.
 */
import { defined } from '../../lib/basics/defined';
import { renderCloudConfig, type CloudConfig, type CloudConfigExtras } from '../../lib/synth/cloud-config';
import { cloudConfigFindings } from '../../lib/synth/cloud-config-checks';
import type { GuestNetwork, Nic } from '../../lib/synth/cloud-config-network';
import { escapeForTerraform } from '../../lib/synth/terraform-text';
import { cloudConfigWarnings } from '../../lib/synth/user-data-text';

export type UtmNic = Omit<Nic, 'name'>;

export interface UtmUserDataProps extends CloudConfigExtras {
  /** The hostname that Nova derives: deriveHostname in lib/synth/hostname.ts. */
  readonly hostname: string;
  /** Bridged: green and orange are joined in br0, which takes their addresses. Routed: each NIC has its own. */
  readonly mode: 'bridged' | 'routed';
  /** Any subset. The guest NIC gets its address by DHCP from the image's own configuration; the others are static. */
  readonly nics: {
    readonly guest?: Pick<UtmNic, 'macAddress'>;
    readonly green?: UtmNic;
    readonly orange?: UtmNic;
    readonly red?: UtmNic;
  };
}

/** The value for `userData` of a server. Terraform replaces the tokens in it by their values. */
export function renderUserData(props: UtmUserDataProps): string {
  return escapeForTerraform(rendered(props).text);
}

/** All mistakes, each as a sentence that names the place. Throws nothing. */
export function userDataFindings(props: UtmUserDataProps): readonly string[] {
  const { green, orange } = props.nics;
  const half =
    props.mode === 'bridged' && !(green && orange)
      ? ['a bridged UTM joins green and orange, and has not both; add the other NIC, or make it routed']
      : [];
  const { config, text } = rendered(props);
  return [...half, ...cloudConfigFindings(config, text)];
}

/** Placeholders that nobody filled in: they may be meant, but mostly aren't. */
export function userDataWarnings(props: UtmUserDataProps): readonly string[] {
  return cloudConfigWarnings(rendered(props).config);
}

interface Rendered {
  readonly config: CloudConfig;
  readonly text: string;
}

const known = new WeakMap<UtmUserDataProps, Rendered>();

/** Rendering the YAML takes as long as the rest of a server's synth. The checks and the server share one result. */
function rendered(props: UtmUserDataProps): Rendered {
  const before = known.get(props);
  if (before) return before;
  const config = cloudConfig(props);
  const result = { config, text: renderCloudConfig(config) };
  known.set(props, result);
  return result;
}

function cloudConfig({ mode, nics, ...rest }: UtmUserDataProps): CloudConfig {
  const named = (name: 'guest' | 'green' | 'orange' | 'red'): Nic[] => (nics[name] ? [{ name, ...nics[name] }] : []);
  const [dhcp] = named('guest');
  const joined = mode === 'bridged' ? [...named('green'), ...named('orange')] : [];
  const routed = mode === 'bridged' ? [] : [...named('green'), ...named('orange')];
  const network: GuestNetwork = {
    ...defined({ dhcp, bridge: joined.length > 0 ? bridgeOf(joined) : undefined }),
    nics: [...routed, ...named('red')],
  };
  return { ...rest, network };
}

/** br0 has the MAC address of the port that has its IP address: green's, unless only orange has an address. */
function bridgeOf(joined: readonly Nic[]): NonNullable<GuestNetwork['bridge']> {
  const members = [...joined].sort((a, b) => Number(hasNone(a)) - Number(hasNone(b)));
  const gateway = members.find((nic) => nic.gateway !== undefined)?.gateway;
  return {
    name: 'br0',
    members: members.map(({ name, macAddress }) => ({ name, macAddress })),
    addresses: members.flatMap((nic) => nic.addresses ?? []),
    ...defined({ gateway }),
  };
}

const hasNone = (nic: Nic): boolean => (nic.addresses ?? []).length === 0;
