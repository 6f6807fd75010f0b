/** Every check, in the order of the report. A code never gets another meaning. */
import type { AnyCheck } from '../check';
import { brokerChecks } from './broker';
import { clocks } from './clocks';
import { databaseConnection } from './database-connection';
import { databaseFromHosts } from './database-from-hosts';
import { deadAgent } from './dead-agent';
import { deadService } from './dead-service';
import { disabledService } from './disabled-service';
import { endpoints } from './endpoints';
import { forcedDown } from './forced-down';
import { hangingServer } from './hanging-server';
import { hostFiles } from './host-files';
import { options } from './options';
import { portRoom } from './port-room';
import { ports } from './ports';
import { redAndFloating } from './red-and-floating';
import { skewedHeartbeat } from './skewed-heartbeat';
import { exceptionsInForce } from './exceptions-in-force';
import { freshAgent } from './fresh-agent';
import { leftStacks } from './left-stacks';
import { ownerlessThings } from './ownerless-things';
import { restoreAtBoot } from './restore-at-boot';

export const checks: readonly AnyCheck[] = [
  ...[deadService, skewedHeartbeat, forcedDown, disabledService, deadAgent, hangingServer, portRoom],
  ...[clocks, databaseConnection, databaseFromHosts, redAndFloating, options, ports, endpoints, hostFiles],
  ...brokerChecks,
  ...[exceptionsInForce, ownerlessThings, leftStacks, restoreAtBoot, freshAgent],
];
