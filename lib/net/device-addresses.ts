/**
 * Parses the addresses of network devices, as iproute2's `ip` of every version prints them. Pure.
 *
 *   12: qg-1a2b3c4d-5e    inet 203.0.113.5/24 brd 203.0.113.255 scope global qg-1a2b3c4d-5e\       valid_lft …
 *
 * iproute2 6.1 (Debian 12); test/fixtures/trace.
 */

export interface DeviceAddress {
  readonly device: string;
  /** The address without its prefix length. */
  readonly address: string;
  readonly prefix: number;
}

/** Parses `ip -o addr show`. */
export const parseAddresses = (text: string): readonly DeviceAddress[] =>
  [...text.matchAll(/^\d+: (\S+)\s+inet6? ([0-9a-f.:]+)(?:\/(\d+))?/gm)].map(
    ([, device = '', address = '', prefix]) => ({
      device,
      address,
      prefix: Number(prefix ?? (address.includes(':') ? 128 : 32)),
    }),
  );
