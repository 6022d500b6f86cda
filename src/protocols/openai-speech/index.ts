/** OpenAI's speech endpoint: text in, audio out, as bytes or as a stream of events. */
import type { Usage } from '../../inference/index.ts'
import { billedUnit } from '../../model-traits/index.ts'
import { count, optional, present, stringAt } from '../fields.ts'
import { MediaReader, type MediaWire } from '../media-reader.ts'
import { checkInput, modelOf, nativeProtocol, usageIn } from '../native.ts'
import type { JsonObject, Peek } from '../protocol.ts'

const speech: MediaWire = { what: 'speech', isLast: (type) => type === 'speech.audio.done', readUsage: readTokens }

export const openaiSpeech = nativeProtocol({
  id: 'openai-speech',
  endpoint: { name: 'speech', answersText: false, answersBytes: true },
  peek,
  readUsage: (body) => readTokens(usageIn(body)),
  upstream: { openStream: () => new MediaReader(speech) },
})

function peek(body: JsonObject): Peek {
  const model = modelOf(body)
  const input = stringAt(body.input, 'input')
  checkInput(input, 'input')
  const isByCharacter = billedUnit(model) === 'characters'
  return present({
    model,
    isStream: optional(body.stream_format, 'stream_format', stringAt) === 'sse',
    maxOutputTokens: isByCharacter ? 0 : mostTokens(input),
    inputTokens: isByCharacter ? 0 : undefined,
    isOutputFixed: true,
    answers: 1,
    wantsUsage: true,
    hasTools: false,
    units: { characters: countCharacters(input) },
  })
}

/** As people count them: a pair of surrogates is one. */
function countCharacters(text: string): number {
  let characters = 0
  for (const _ of text) characters += 1
  return characters
}

/** OpenAI's models count about 21 tokens a second ($12 per million, $0.015 a minute: its prices, 2026-11), Gemini's 25 (ai.google.dev/gemini-api/docs/audio); speech takes 10 letters or 3 ideographs a second when slow. */
const tokensPerLetter = 2.5
const tokensPerIdeograph = 8.4
const tokensAtLeast = 100

function mostTokens(text: string): number {
  const ideographs = text.match(/[\u0e00-\u0fff\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ud840-\ud87f]/g)?.length ?? 0
  const letters = text.length - ideographs
  return Math.ceil(letters * tokensPerLetter + ideographs * tokensPerIdeograph) + tokensAtLeast
}

function readTokens(wire: JsonObject): Usage {
  const output = count(wire.output_tokens)
  return present({ inputUncached: count(wire.input_tokens), output, outputAudio: output, raw: wire })
}
