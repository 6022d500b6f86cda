/** What the gateway's own role may do for integrations without a key: call Bedrock's models, take on roles. Nothing unless asked for. */
import { Aws } from 'aws-cdk-lib'
import { type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { acceptFinding } from './accepted-finding.ts'

export interface OwnAccess {
  /** Ids of foundation models, `*` for any part: `anthropic.*`, `amazon.nova-*`, `*`. */
  readonly bedrockModels: readonly string[]
  /** ARNs of roles that integrations of type assumedRole may name. */
  readonly assumableRoles: readonly string[]
  /** Of tokens by which AWS tells others who the role is; their receivers must trust the account. */
  readonly tokenAudiences: readonly string[]
}

const invoke = ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream', 'bedrock:CountTokens']
/** These know no narrower resource (Service Authorization Reference, Amazon Bedrock). */
const list = ['bedrock:ListFoundationModels', 'bedrock:ListInferenceProfiles']

export function grantOwnAccess(role: IRole, { bedrockModels, assumableRoles, tokenAudiences }: OwnAccess): void {
  if (bedrockModels.length > 0) {
    const resources = bedrockModels.flatMap(modelArns)
    role.addToPrincipalPolicy(new PolicyStatement({ actions: invoke, resources }))
    for (const resource of resources)
      acceptFinding(
        role,
        `IAM5[Resource::${resource.replace(Aws.PARTITION, '<AWS::Partition>')}]`,
        'models in every region that a profile may route to',
      )
    role.addToPrincipalPolicy(new PolicyStatement({ actions: list, resources: ['*'] }))
    acceptFinding(role, 'IAM5[Resource::*]', 'names of models only; AWS has no narrower resource for lists')
  }
  if (tokenAudiences.length > 0) {
    const conditions = { 'ForAllValues:StringEquals': { 'sts:IdentityTokenAudience': tokenAudiences } }
    const actions = ['sts:GetWebIdentityToken']
    role.addToPrincipalPolicy(new PolicyStatement({ actions, resources: ['*'], conditions }))
    acceptFinding(role, 'IAM5[Resource::*]', 'a token about the role itself; its audiences are bounded')
  }
  if (assumableRoles.length === 0) return
  role.addToPrincipalPolicy(new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [...assumableRoles] }))
  for (const arn of assumableRoles.filter((each) => each.includes('*')))
    acceptFinding(role, `IAM5[Resource::${arn}]`, 'the operator named these roles')
}

const anyBedrock = `arn:${Aws.PARTITION}:bedrock:*`

/** A profile across regions leads to the model in any of them, so both are needed; profiles of one's own hide their model. */
function modelArns(model: string): readonly string[] {
  const profiles = `${anyBedrock}:*:inference-profile/*${model}`
  const own = model === '*' ? [`${anyBedrock}:*:application-inference-profile/*`] : []
  return [`${anyBedrock}::foundation-model/${model}`, profiles, ...own]
}
