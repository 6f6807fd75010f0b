/** True if the address is this machine. Such traffic passes no network, so it may go without TLS. */
export const isLoopback = (host: string): boolean =>
  /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host.toLowerCase());
