/**
 * The classes of risks: the only place where a severity is decided. Names are contract, because `review.policy` in
 * stackward.yaml and rules for OPA name them. docs/review.md has a section for each.
 */
import type { Severity } from '../model';

interface RiskClass {
  readonly severity: Severity;
  /** The meaning of the class, in a few words. */
  readonly title: string;
  /** The question that a reviewer answers before approving. */
  readonly question: string;
}

export const riskClasses = {
  'grants-all-projects': {
    severity: 'high',
    title: 'a right for everybody with that role, in every project',
    question: 'May really every holder of this role, of every customer, do that?',
  },
  'opens-any': {
    severity: 'high',
    title: 'packets from or to any address pass',
    question: 'Who can send there now, and does it have to be everybody?',
  },
  'shares-with-all': {
    severity: 'high',
    title: 'every project may use a thing of this project',
    question: 'May really every customer use it, or see what passes in it?',
  },
  'security-off': {
    severity: 'high',
    title: 'nothing is filtered at a port any more',
    question: 'Is the thing behind this port itself a firewall?',
  },
  destroys: {
    severity: 'high',
    title: 'a thing is destroyed that holds data, or that others stand on',
    question: 'Is there a copy of what is lost, and has its owner agreed?',
  },
  'replaces-server': {
    severity: 'high',
    title: 'a server is deleted and made anew',
    question: 'When may its traffic stop, and what on its disk is needed?',
  },
  'not-in-cloud': {
    severity: 'high',
    title: 'the code needs a thing by a name that the cloud does not have',
    question: 'Who makes it before the deploy, or which name is meant?',
  },
  'not-empty': {
    severity: 'high',
    title: 'ports of others keep Neutron from deleting a network',
    question: 'Whose are the ports, and who removes them before the deploy?',
  },
  'address-taken': {
    severity: 'high',
    title: 'another port has an address that the code names',
    question: 'Whose is the port, and which of both gets another address?',
  },
  'needs-two-deploys': {
    severity: 'high',
    title: 'a thing is removed that another stack uses, and no order of stacks works',
    question: 'Which part of the change goes first, and who deploys the rest?',
  },
  irreversible: {
    severity: 'high',
    title: 'no command brings back the state of now',
    question: 'What would have to be done by hand to undo it?',
  },
  'drops-traffic': {
    severity: 'high',
    title: 'traffic that passes now is dropped',
    question: 'Whose connections end, and do they know?',
  },
  'opens-port': {
    severity: 'medium',
    title: 'a port or protocol is open for any address',
    question: 'Is the program behind it meant for everybody?',
  },
  'opens-prefix': {
    severity: 'medium',
    title: 'a port may send and get packets of addresses that are not its own',
    question: 'Are these prefixes as narrow as they can be?',
  },
  'shares-with-project': {
    severity: 'medium',
    title: 'another project may use a thing of this project',
    question: 'Whose project is it, and does its owner need the thing?',
  },
  'gives-role': {
    severity: 'medium',
    title: 'somebody gets a role in a project',
    question: 'Does this person or program need the role there?',
  },
  'takes-role': {
    severity: 'medium',
    title: 'somebody loses a role in a project',
    question: 'Does anything still work with this role?',
  },
  'loses-addresses': {
    severity: 'medium',
    title: 'a pool gives addresses back',
    question: 'Are the addresses that are left enough for the growth that is planned?',
  },
  'changes-address': {
    severity: 'medium',
    title: 'a thing gets another address',
    question: 'Who has the old address written down: DNS, routes, other firewalls?',
  },
  replaces: {
    severity: 'medium',
    title: 'a thing is deleted and made anew, with another id',
    question: 'What refers to the old id outside of this code?',
  },
  'quota-below-use': {
    severity: 'medium',
    title: 'a quota is smaller than what is in use',
    question: 'Is it meant that nothing more can be made there?',
  },
  'restart-needed': {
    severity: 'medium',
    title: 'a service restarts, or has to be restarted',
    question: 'Who restarts it and when, and what waits meanwhile?',
  },
  'closes-exception': {
    severity: 'medium',
    title: 'what an exception lets pass is left to the security groups again',
    question: 'Is there still traffic that needs the exception?',
  },
  'takes-grant': {
    severity: 'medium',
    title: 'a role loses a right in every project',
    question: 'Who uses the right today?',
  },
  'widens-pool': {
    severity: 'low',
    title: 'a pool gets more addresses',
    question: 'Are the new addresses free, and routed here?',
  },
  'quota-lowered': {
    severity: 'low',
    title: 'a quota becomes smaller',
    question: 'Does the project know?',
  },
  'changed-outside': {
    severity: 'low',
    title: 'somebody changed a thing past the code, and this takes the change back',
    question: 'Who did it, and is it still needed?',
  },
} as const satisfies Readonly<Record<string, RiskClass>>;

export type RiskName = keyof typeof riskClasses;
export const riskNames = Object.keys(riskClasses) as readonly RiskName[];

export const severityOf = (name: RiskName): Severity => riskClasses[name].severity;
