/** Words that several checks share. */

/** Why no host was looked at. */
export const noHostNamed =
  'stackward.yaml names no single host (a pattern such as `match: cnode*` names none); add an entry for each host to "hosts", such as `match: ctl1`, or list the host in "services"';
