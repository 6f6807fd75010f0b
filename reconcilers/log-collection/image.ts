/** The journal's image of a collection on a host before a run. */
import * as z from 'zod';
import { hostName } from '../../lib/basics/line';
import type { RestoredResource } from '../../lib/contract/resource';
import type { RestoredOn } from '../../lib/contract/restored';
import { logProtocols } from '../../lib/hosts/log-answers';
import { logPort, retention } from './spec';

const protocol = z.enum(logProtocols);

/** The image has no text of a file: the host program alone decides what it writes for rsyslog and logrotate. */
export const logImage = ({ path }: RestoredResource) =>
  z.strictObject({
    path: z.literal(path),
    listen: z.strictObject({ protocol, port: logPort, days: retention }).nullable(),
    send: z.strictObject({ to: hostName, protocol, port: logPort }).nullable(),
  });

export type RestoredLogs = RestoredOn<z.infer<ReturnType<typeof logImage>>>;
