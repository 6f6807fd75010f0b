/**
 * Explains Nova's tasks (nova/compute/task_states.py, since Icehouse): who has to act so that a task ends, and what an
 * operator may do if it never ends. Pure.
 */
import type { Server } from '../../lib/contract/server-ports';

/**
 * What a task does with the server's data.
 *
 * - `build`: nothing exists yet that could be lost.
 * - `deletion`: nothing is to stay.
 * - `move`: the disk goes from one place to another.
 * - `in place`: guest and disk stay where they are.
 * - `copy`: Nova makes an image from the disk.
 */
export type TaskKind = 'build' | 'deletion' | 'move' | 'in place' | 'copy';

export interface Task {
  readonly kind: TaskKind;
  /** Printed behind a colon: why the task is not done yet. */
  readonly waits: string;
  /** Set if the scheduler chooses a host in this task. */
  readonly asksScheduler?: true;
  /** Set if nova-compute waits in this task for Cinder, where the server has a volume. */
  readonly asksCinder?: true;
}

const build = (waits: string): Task => ({ kind: 'build', waits, asksScheduler: true });
const move = (waits: string): Task => ({ kind: 'move', waits, asksScheduler: true });
const onHost = (what: string): Task => ({ kind: 'in place', waits: `nova-compute of its host is to ${what}` });
const withCinder = (task: Task): Task => ({ ...task, asksCinder: true });
const copy = (waits: string): Task => ({ kind: 'copy', waits });

const tasks: Readonly<Record<string, Task>> = {
  scheduling: build('no host has begun with it'),
  block_device_mapping: withCinder(build('nova-compute waits for its volumes, of which Cinder tells more')),
  networking: build('nova-compute asks Neutron for its ports'),
  spawning: build('nova-compute copies its image, starts it, and waits until its ports are plugged in'),
  deleting: { kind: 'deletion', waits: 'nova-compute of its host is to take it down, with its ports and volumes' },
  'soft-deleting': { kind: 'deletion', waits: 'nova-compute of its host is to shut it down until it is restored or deleted' },
  restoring: onHost('start it again after its deletion'),
  rebuilding: move('nova-compute is to put a new disk in the place of its own'),
  rebuild_block_device_mapping: withCinder(move('nova-compute takes its volumes off and on again for a new disk')),
  rebuild_spawning: move('nova-compute starts it from its new disk'),
  resize_prep: move('the host that it is to go to has not made room yet'),
  resize_migrating: move('its old host copies its disk to the new one'),
  resize_migrated: move('its disk is copied, and the new host is to start it'),
  resize_finish: move('its new host starts it'),
  resize_reverting: move('it goes back to its old host'),
  resize_confirming: move('its old host is to remove the old disk'),
  migrating: move('its memory is copied to another host while it runs'),
  shelving: move('its host is to shut it down and copy its disk into an image'),
  shelving_image_pending_upload: move('its host makes an image of its disk'),
  shelving_image_uploading: move('its host copies its disk into Glance'),
  shelving_offloading: move('its host is to remove it, with the image as its only copy'),
  unshelving: move('a host is to start it from its image'),
  image_snapshot: copy('its host makes an image of its disk'),
  image_snapshot_pending: copy('its host is to make an image of its disk'),
  image_pending_upload: copy('its host has made an image of its disk, which is not in Glance yet'),
  image_uploading: copy('its host copies the image into Glance'),
  image_backup: copy('its host makes an image of its disk'),
  updating_password: onHost('set its password'),
  rebooting: onHost('reboot it'),
  reboot_pending: onHost('reboot it'),
  reboot_started: onHost('finish its reboot'),
  rebooting_hard: onHost('stop it and start it again'),
  reboot_pending_hard: onHost('stop it and start it again'),
  reboot_started_hard: onHost('finish its start after a hard reboot'),
  pausing: onHost('pause it'),
  unpausing: onHost('let it go on'),
  suspending: onHost('write its memory to disk and stop it'),
  resuming: onHost('start it from its saved memory'),
  'powering-off': onHost('shut it down'),
  'powering-on': onHost('start it'),
  rescuing: onHost('start it from a rescue image'),
  unrescuing: onHost('start it from its own disk again'),
}; // prettier-ignore

type Told = Pick<Server, 'status' | 'taskState'>;

/** A server in BUILD without a task waits for the scheduler, like a server in the task `scheduling`. */
export function taskOf({ status, taskState }: Told): Task {
  if (taskState !== undefined) return tasks[taskState] ?? { kind: 'in place', waits: 'nobody has ended this task' };
  return status === 'BUILD' ? build('no host has begun with it') : { kind: 'in place', waits: 'nothing' };
}

/**
 * What an operator does with a server whose message is lost for ever, before asking for the same again.
 * @param request to look for in the logs
 */
export function wayOut({ kind }: Task, request: string): string {
  switch (kind) {
    case 'build':
      return 'delete this server and create it anew';
    case 'deletion':
      return 'delete it again: Nova takes a second deletion of a server that is being deleted';
    case 'copy':
      return 'nothing of it changed: set its state back (`openstack server set --state active`), delete the image that was never finished, and ask for the image again';
    case 'in place':
      return 'its disk is where it was: set its state back to what it was (`openstack server set --state active`, where it runs), and ask for the same again';
    case 'move':
      return `read the logs of Nova for ${request}, and change the state of the server only when you know where its disk is`;
  }
}
