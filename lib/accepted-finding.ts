/** Accepts one finding of cdk-nag at the very thing it is about, with the reason. */
import { Validations } from 'aws-cdk-lib'
import type { IConstruct } from 'constructs'

/** `rule` as in `S1` or `IAM5[Resource::*]`. */
export function acceptFinding(at: IConstruct, rule: string, reason: string): void {
  Validations.of(at).acknowledge({ id: `AwsSolutions::AwsSolutions-${rule}`, reason })
}
