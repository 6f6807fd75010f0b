export interface ISecurityGroup {
  readonly groupId: string;
}
