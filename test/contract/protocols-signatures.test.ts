/** Signed thinking over every client wire: it comes back to its own provider byte for byte, and goes to no other. */
import { describe, expect, it } from 'vitest'
import type { InferenceEvent } from '../../src/inference/index.ts'
import { clientProtocols, findProtocol } from '../../src/protocols/index.ts'
import type { ClientProtocolId, JsonObject, ProtocolId } from '../../src/protocols/protocol.ts'

const signature = 'CiQB+/signed=='
const answer: JsonObject = {
  responseId: 'R1',
  candidates: [
    {
      content: {
        parts: [
          { text: 'I need the weather.', thought: true },
          { functionCall: { name: 'get_weather', args: { city: 'Bern' } }, thoughtSignature: signature },
        ],
      },
      finishReason: 'STOP',
    },
  ],
}

type Echo = (written: JsonObject) => JsonObject

/** How clients of each wire send an answer back, with the result of its call. */
const echoes: Readonly<Record<ClientProtocolId, Echo>> = {
  'openai-chat': ({ choices }) => {
    const { message } = (choices as { message: { tool_calls: { id: string }[] } }[])[0]!
    const result = { role: 'tool', tool_call_id: message.tool_calls[0]?.id, content: 'sunny' }
    return { messages: [{ role: 'user', content: 'weather?' }, message, result] }
  },
  'openai-responses': ({ output }) => {
    const items = output as { type: string; call_id: string }[]
    const call = items.find(({ type }) => type === 'function_call')
    const result = { type: 'function_call_output', call_id: call?.call_id, output: 'sunny' }
    return { input: [{ role: 'user', content: 'weather?' }, ...items, result] }
  },
  'anthropic-messages': ({ content }) => {
    const call = (content as { type: string; id: string }[]).find(({ type }) => type === 'tool_use')
    const result = { type: 'tool_result', tool_use_id: call?.id, content: 'sunny' }
    return {
      max_tokens: 9,
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', content },
        { role: 'user', content: [result] },
      ],
    }
  },
}

function secondTurn(wire: ClientProtocolId, events: readonly InferenceEvent[], to: ProtocolId) {
  const { client } = clientProtocols[wire]
  const options = { model: 'm', wantsUsage: true, nowMs: 0, isStrict: false }
  const written = JSON.parse(client.writeAnswer(events, options).text)
  const body = { model: 'm', ...echoes[wire](written) }
  const model = to === 'bedrock-converse' ? 'anthropic.claude-sonnet-4-5' : 'gemini-3-pro-preview'
  return findProtocol(to).upstream.writeRequest({ ...client.readRequest(body), model })
}

describe.each(Object.keys(echoes) as ClientProtocolId[])('over a client of %s', (wire) => {
  const events = findProtocol('google-gemini').upstream.readAnswer(answer)

  it('a signature comes back to its call, byte for byte', () => {
    const { body, warnings } = secondTurn(wire, events, 'google-gemini')
    expect(JSON.stringify(body)).toContain(JSON.stringify(signature))
    expect(JSON.stringify(body)).not.toContain('google-gemini')
    expect((body.contents as { parts: unknown[] }[])[1]?.parts.at(-1)).toMatchObject({ thoughtSignature: signature })
    expect(warnings).toEqual([])
  })

  it.each([...(Object.keys(clientProtocols) as ProtocolId[]), 'bedrock-converse' as const])(
    'a signature of another provider does not go to %s',
    (to) => {
      const { body, warnings } = secondTurn(wire, events, to)
      expect(JSON.stringify(body)).not.toContain(signature)
      expect(warnings.some(({ type, field }) => type === 'dropped' && field.includes('reasoning'))).toBe(true)
    },
  )
})
