/** Words that several checks share. */

/** Why no host was looked at. */
export const noHostNamed =
  'stackward.yaml names no host by its whole name; add an entry with `match: ctl1` to "hosts", or list the host in "services"';
