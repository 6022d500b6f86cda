/** What Bedrock says of a model's answer beside it. https://docs.aws.amazon.com/bedrock/latest/userguide/inference-invoke.html */
import { count } from '../fields.ts'
import type { ProviderAnswer } from '../reshape.ts'

const tokensHeader = 'x-amzn-bedrock-input-token-count'

export function invokedTokens({ headers = {} }: ProviderAnswer): number | undefined {
  const said = headers[tokensHeader]
  return said === undefined || said === '' ? undefined : count(Number(said))
}
