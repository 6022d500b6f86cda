/** What the gateway's own role may do for guardrails: let Amazon Bedrock's, of this account, judge a text. */
import { Aws } from 'aws-cdk-lib'
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { acceptFinding } from './accepted-finding.ts'

export function grantGuardrails(role: IRole): void {
  const resource = `arn:${Aws.PARTITION}:bedrock:*:${Aws.ACCOUNT_ID}:guardrail/*`
  role.addToPrincipalPolicy(new PolicyStatement({ actions: ['bedrock:ApplyGuardrail'], resources: [resource] }))
  acceptFinding(
    role,
    'IAM5[Resource::arn:<AWS::Partition>:bedrock:*:<AWS::AccountId>:guardrail/*]',
    'which of the account is to judge is said in a guardrail saved at run time',
  )
}
