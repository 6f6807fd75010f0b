/** An address as it may be printed: a catalogue or a redirect may carry a password or a token in it. */

/** Without user, query and fragment. An address that can't be read is cut at each of their signs. */
export function shownUrl(address: string): string {
  const hidden = /[?#]/.test(address) ? '?***' : '';
  const left = address
    .replace(/[?#].*$/s, '')
    .replace(/^([^/]*\/\/)?[^/]*@/, (_, scheme: string = '') => `${scheme}***@`);
  return `${left}${hidden}`;
}
