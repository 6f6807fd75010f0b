// Describes a lab and its place. The lab's own commands, the tests and the demo read this.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Raise this number when data made by an older definition can't be used: `up` then rebuilds the lab from nothing. */
export const LAB_VERSION = 1;

/** Nova's compute hosts; each has a network namespace of its own with Open vSwitch and a Neutron agent. */
export const COMPUTE_HOSTS: readonly string[] = ['cnode01', 'cnode02'];

/** This machine itself, where the APIs run and read their policy files; Neutron and Nova know nothing of it as a host. */
export const CONTROLLER = 'controller';

/**
 * Listening ports of slot 0; slot n adds 20 n. All are below 32768, where Linux begins to pick the source ports of
 * outgoing connections: such a connection could otherwise sit on a port that the lab is about to open.
 */
const FIRST_PORTS = {
  mariadb: 13306,
  epmd: 13369,
  rabbit: 13672,
  rabbitDistribution: 13673,
  keystone: 15000,
  nova: 18774,
  cinder: 18776,
  placement: 18778,
  glance: 19292,
  neutron: 19696,
} as const;
const PORTS_PER_SLOT = 20;

/** Number of labs that one machine may hold. The ports of a further lab would collide with another service's. */
export const SLOTS = 18;

export type LabPorts = Readonly<Record<keyof typeof FIRST_PORTS, number>>;

/** Passwords, made at the first `up`, one set per lab. */
export interface LabPasswords {
  /** Used by the OpenStack services among themselves: database, message broker, Keystone users. */
  readonly services: string;
  /** Keystone users `admin` and `member`. */
  readonly admin: string;
  readonly member: string;
  /** MariaDB user `stackward`, who has exactly the grants that allocation pools need. */
  readonly stackward: string;
}

/** The content of lab.json: everything about a lab that can't be derived. */
export interface LabRecord {
  readonly version: number;
  readonly slot: number;
  readonly passwords: LabPasswords;
}

export interface ComputeHost {
  readonly name: string;
  /**
   * The host's network namespace. The veth device that leads there from the machine's own namespace has the same name.
   */
  readonly namespace: string;
  /** IPv4 addresses of the two ends of that veth pair, in a /30. */
  readonly outerAddress: string;
  readonly innerAddress: string;
}

export interface Lab extends LabRecord {
  readonly folder: string;
  readonly ports: LabPorts;
  /** On the loopback device: where agents in their namespaces reach the message broker. */
  readonly address: string;
  readonly hosts: readonly ComputeHost[];
  /** The names of all namespaces and veth devices of this lab begin with this text. */
  readonly prefix: string;
  readonly authUrl: string;
  readonly cloudsYaml: string;
  readonly stackwardYaml: string;
  /** Environment for a program that uses both files. Holds a password. */
  readonly environment: Readonly<Record<'OS_CLIENT_CONFIG_FILE' | 'STACKWARD_NEUTRON_PASSWORD', string>>;
}

/** `STACKWARD_LAB`, else `.stackward-lab` in the user's home. */
export function labFolder(): string {
  const named = process.env.STACKWARD_LAB;
  return named ? resolve(named) : join(homedir(), '.stackward-lab');
}

export function describeLab(folder: string, record: LabRecord): Lab {
  const { slot, passwords } = record;
  const ports = Object.fromEntries(
    Object.entries(FIRST_PORTS).map(([name, first]) => [name, first + slot * PORTS_PER_SLOT]),
  ) as LabPorts;
  const prefix = `sw${String(slot)}-`;
  const cloudsYaml = join(folder, 'clouds.yaml');
  return {
    ...record,
    folder,
    ports,
    prefix,
    address: `198.18.${String(slot)}.1`,
    hosts: COMPUTE_HOSTS.map((name, index) => ({
      name,
      namespace: `${prefix}${name}`,
      outerAddress: `198.18.${String(slot)}.${String(4 * index + 5)}`,
      innerAddress: `198.18.${String(slot)}.${String(4 * index + 6)}`,
    })),
    authUrl: `http://127.0.0.1:${String(ports.keystone)}/v3`,
    cloudsYaml,
    stackwardYaml: join(folder, 'stackward.yaml'),
    environment: { OS_CLIENT_CONFIG_FILE: cloudsYaml, STACKWARD_NEUTRON_PASSWORD: passwords.stackward },
  };
}

/**
 * @returns undefined where no lab was made in that folder. The result says nothing about whether the lab is running.
 */
export function readRecord(folder: string): LabRecord | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8')) as LabRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @returns undefined where `up` has made no lab of this definition in the folder. A stopped lab is described too. */
export function readLab(folder: string = labFolder()): Lab | undefined {
  const record = readRecord(folder);
  return record?.version === LAB_VERSION ? describeLab(folder, record) : undefined;
}
