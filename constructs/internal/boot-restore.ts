import { Construct } from 'constructs';
import type { BootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { CloudStack } from '../cloud-stack';
import { declareResource } from './declarations';

/**
 * Makes the exceptions of a stack in the packet filter come back when their hosts start. The first such exception makes
 * this construct; there is one per stack.
 */
export class BootRestore extends Construct {
  private readonly exceptions: BootRestoreSpec['exceptions'] = [];
  private readonly constructs: Construct[] = [];

  /** The construct of the stack in which `scope` is. Made if it doesn't exist yet. */
  static of(scope: Construct): BootRestore {
    const stack = CloudStack.of(scope);
    const known = stack.node.tryFindChild('BootRestore');
    return known instanceof BootRestore ? known : new BootRestore(stack, 'BootRestore');
  }

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    const spec: BootRestoreSpec = { exceptions: this.exceptions };
    declareResource(this, { kind: 'boot-restore', spec, dependsOn: this.constructs });
  }

  add(exception: Construct, spec: BootRestoreSpec['exceptions'][number]): void {
    this.constructs.push(exception);
    this.exceptions.push(spec);
  }
}
