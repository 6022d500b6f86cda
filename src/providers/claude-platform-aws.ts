/** Claude by way of AWS's accounts, run by Anthropic, in the workspace of the integration. docs.aws.amazon.com/claude-platform/latest/userguide */

import { awsAuth, defaultAwsRegion } from './auth/aws.ts'
import { withSettings } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const claudePlatformAws = defineProvider({
  id: 'claude-platform-aws',
  name: 'Claude Platform on AWS',
  origin: 'https://aws-external-anthropic.{aws_region}.api.aws',
  settingDefaults: { aws_region: defaultAwsRegion },
  speaks: { 'anthropic-messages': '/v1/messages' },
  countsTokens: { 'anthropic-messages': { path: '/v1/messages/count_tokens' } },
  modelList: { path: '/v1/models?limit=1000' },
  authenticate: withSettings(awsAuth('aws-external-anthropic'), { anthropic_workspace_id: 'anthropic-workspace-id' }),
  headers: { 'anthropic-version': '2023-06-01' },
  forwards: ['anthropic-version', 'anthropic-beta', 'anthropic-workspace-id'],
  priceListId: 'anthropic',
})
