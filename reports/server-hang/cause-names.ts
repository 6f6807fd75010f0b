/** The causes for which a server hangs or fails. */
export const causes = {
  'compute-dead': 'nova-compute of its host is dead',
  'compute-skewed': 'nova-compute looks dead by a clock that is wrong',
  'compute-forced-down': 'nova-compute was forced down',
  'compute-disabled': 'nova-compute is disabled',
  'agent-dead': 'the network agent of its host is dead',
  'control-dead': 'no nova-conductor or no nova-scheduler is alive',
  'broker-stuck': 'the broker takes no messages, or is split',
  'queue-unserved': 'nobody takes from a queue that its message needs',
  'queue-full': 'messages pile up in a queue that its message needs',
  'message-lost': 'the message to whoever should work on it is lost',
  'no-valid-host': 'no host takes it',
  'pool-empty': 'the address pool is used up',
  quota: 'a quota is used up',
  'address-in-use': 'the address is in use',
  'binding-failed': 'its port can not be bound to the host',
  'image-missing': 'the image is gone',
  'cell-unmapped': 'the host is mapped to no cell',
} as const satisfies Record<string, string>;
export type Cause = keyof typeof causes;
