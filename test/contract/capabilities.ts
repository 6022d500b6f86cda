/** What a chat can hold, as requests to be written for a provider; and where that is known to fail, with the reason. */
import { GatewayError } from '../../src/errors.ts'
import type { InferenceRequest, Source } from '../../src/inference/index.ts'
import type { Protocol, ProtocolId } from '../../src/protocols/protocol.ts'
import { neutralRequests } from './neutral-requests.ts'

const at = (name: string): InferenceRequest => {
  const request = neutralRequests[name]
  if (request === undefined) throw new Error(`there is no neutral request '${name}'`)
  return request
}

function pictureOf(source: Source): InferenceRequest {
  return { ...at('plain'), messages: [{ role: 'user', content: [{ type: 'image', source }] }] }
}

export const capabilities = {
  streaming: [at('stream')],
  tools: [at('tools'), at('a forced tool, parallel off'), at('parallel tool calls and their results')],
  vision: [pictureOf({ type: 'base64', mediaType: 'image/png', base64: 'iVBORw0KGgo=' })],
  'images by address': [pictureOf({ type: 'url', url: 'https://example.com/a.png' })],
  documents: [at('an inline document with a name')],
  'structured output': [at('a JSON schema')],
  reasoning: [at('reasoning effort')],
  usage: [at('stream'), at('plain')],
} as const satisfies Record<string, readonly InferenceRequest[]>

export type Capability = keyof typeof capabilities

export interface Gap {
  readonly skip: Capability | readonly Capability[]
  readonly because: string
}

/** Of a whole wire: the suite fails for a gap that is not listed, and for one that is closed. */
export const wireGaps: Readonly<Partial<Record<ProtocolId, readonly Gap[]>>> = {
  'bedrock-converse': [
    {
      skip: 'images by address',
      because: 'it fetches nothing; a picture has to come as base64, and a client is told so',
    },
  ],
}

/** What some models of a wire can, others cannot. */
const ableModels: Readonly<Partial<Record<ProtocolId, string>>> = {
  'bedrock-converse': 'anthropic.claude-sonnet-4-5-20250929-v1:0',
  'google-gemini': 'gemini-2.5-flash',
}

const pictures: readonly Capability[] = ['vision', 'images by address', 'documents']

/** Of a provider's models, whatever the wire; from its public documentation. */
export const providerGaps: Readonly<Record<string, readonly Gap[]>> = {
  ai21: [{ skip: pictures, because: 'its models read text only (docs.ai21.com)' }],
  deepseek: [{ skip: pictures, because: 'its API takes text only (api-docs.deepseek.com)' }],
  'perplexity-ai': [{ skip: 'tools', because: 'its search models call no functions (docs.perplexity.ai)' }],
  'reka-ai': [{ skip: 'tools', because: 'the endpoint has tools of its own only (docs.reka.ai/research)' }],
}

export function lacks(gaps: readonly Gap[] | undefined, capability: Capability): boolean {
  return gaps?.some(({ skip }) => [skip].flat().includes(capability)) === true
}

export interface Probed {
  /** What was refused; undefined = nothing. */
  readonly refused?: string
  /** What was left out or changed, as it is said to clients. */
  readonly told: readonly string[]
}

/** Writes the requests of a capability in a wire. */
export function probe({ id, upstream }: Protocol & { readonly id: ProtocolId }, capability: Capability): Probed {
  const told: string[] = []
  for (const request of capabilities[capability]) {
    const model = ableModels[id] ?? request.model
    try {
      for (const { field, reason } of upstream.writeRequest({ ...request, model }).warnings)
        told.push(`${field}: ${reason}`)
    } catch (thrown) {
      if (!(thrown instanceof GatewayError)) throw thrown
      return { refused: thrown.message, told }
    }
  }
  return { told: [...new Set(told)] }
}
