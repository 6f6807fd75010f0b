import type { Component } from '../declaration';
import type { Lab } from '../environment';
import { packageFiles } from '../packages';
import type { Queues } from '../probes';
import { basics } from './basics';
import { broker } from './broker';
import { catalogue } from './catalogue';
import { cinder } from './cinder';
import { computeHosts } from './compute-host';
import { database } from './database';
import { glance } from './glance';
import { keystone } from './keystone';
import { l3Agent } from './l3-agent';
import { neutron } from './neutron';
import { nova } from './nova';
import { placement } from './placement';

/** All components of the lab. */
export const declareStack = (lab: Lab, queues: Queues): Component[] => [
  packageFiles(lab),
  ...[
    database,
    broker,
    keystone,
    catalogue,
    placement,
    glance,
    neutron,
    nova,
    cinder,
    computeHosts,
    l3Agent,
    basics,
  ].map((declare) => declare(lab, queues)),
];
