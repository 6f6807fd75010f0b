/** What a host did for a collection before a run: what the journal keeps of it. */
import * as z from 'zod';
import type { RestoredResource } from '../../lib/contract/resource';
import type { RestoredOn } from '../../lib/contract/restored';
import { logProtocols } from '../../lib/hosts/log-answers';
import { hostName, logPort, retention } from './spec';

const protocol = z.enum(logProtocols);

/** No text of a file is in it, because the host program alone decides what rsyslog and logrotate are told. */
export const logImage = ({ path }: RestoredResource) =>
  z.strictObject({
    path: z.literal(path),
    listen: z.strictObject({ protocol, port: logPort, days: retention }).nullable(),
    send: z.strictObject({ to: hostName, protocol, port: logPort }).nullable(),
  });

export type RestoredLogs = RestoredOn<z.infer<ReturnType<typeof logImage>>>;
