import { Construct } from 'constructs';
import type { BootRestoreSpec } from '../../reconcilers/boot-restore/spec';
import { CloudStack } from '../cloud-stack';
import { declareResource } from './declarations';

/** That a stack's exceptions in the packet filter come back when their hosts start. Made by the first of them, one per stack. */
export class BootRestore extends Construct {
  private readonly exceptions: BootRestoreSpec['exceptions'] = [];
  private readonly constructs: Construct[] = [];

  /** That of the stack which `scope` stands in. */
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
