/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. Model and streaming stand in the address. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, Warning } from '../../inference/index.ts'
import { findTraits } from '../../model-traits/index.ts'
import { present } from '../fields.ts'
import { fitRequest } from '../fit/fit-request.ts'
import { withoutRepeats } from '../foreign-fields.ts'
import type { WriteRequestOptions, WrittenRequest } from '../protocol.ts'
import { writeSettings } from './generation-config.ts'
import { ContentWriter } from './request-write-contents.ts'
import { writePart } from './request-write-parts.ts'
import { writeTools } from './request-write-tools.ts'
import { type WirePart, wireId } from './wire.ts'

export function writeRequest(
  { user, ...asked }: InferenceRequest,
  { traits = findTraits(asked.model) }: WriteRequestOptions = {},
): WrittenRequest {
  const warnings: Warning[] = []
  if (user !== undefined) {
    warnings.push({ type: 'dropped', field: 'user', reason: 'this provider has no such setting' })
  }
  const { request, restoration } = fitRequest(asked, { traits, wire: wireId }, warnings)
  const system = writeSystem(request.messages, warnings)
  const contents = new ContentWriter(traits, warnings).write(request.messages)
  if (contents.length === 0) {
    throw new GatewayError(
      'invalid_request',
      'messages holds nothing but system text; this provider needs at least one user message that is not empty',
      { param: 'messages' },
    )
  }
  const { beside, config } = writeSettings(request, traits, warnings)
  const body = present({
    ...beside,
    systemInstruction: system.length > 0 ? { parts: system } : undefined,
    contents,
    ...writeTools(request, warnings),
    generationConfig: Object.keys(config).length > 0 ? config : undefined,
  })
  return { body, warnings: withoutRepeats(warnings), ...(restoration === undefined ? {} : { restoration }) }
}

/** System texts may stand anywhere in the neutral list; this wire has one place for them, in the same order. */
function writeSystem(messages: readonly Message[], warnings: Warning[]): readonly WirePart[] {
  const parts: WirePart[] = []
  let isAfterTalk = false
  let isMoved = false
  for (const [at, message] of messages.entries()) {
    if (message.role !== 'system' && message.role !== 'developer') {
      isAfterTalk = true
      continue
    }
    isMoved ||= isAfterTalk
    for (const [index, part] of message.content.entries()) {
      const path = `messages.${at}.content.${index}`
      if (part.type !== 'text') {
        throw new GatewayError(
          'unsupported_parameter',
          `${path} cannot be sent: system messages hold text only for this provider; got ${part.type}`,
          { param: path },
        )
      }
      const written = writePart(part, path, warnings)
      if (written) parts.push(written)
    }
  }
  if (isMoved) {
    const reason = 'a system message inside the conversation was moved to its front, where this provider has its place'
    warnings.push({ type: 'changed', field: 'messages', reason })
  }
  return parts
}
