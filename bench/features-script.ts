/** What the provider says while features are measured: sentences at a steady pace, with an address in two of them. */

const gapMs = 3
const sentences = Array.from({ length: 20 }, (_, at) =>
  at === 9 || at === 14 ? `Write to person${at}@example.org about it. ` : `This is the sentence number ${at} of all. `,
)
/** Two words each, as models send them. */
const pieces = sentences.join('').match(/\S+ (?:\S+ )?/g) ?? []

export const answerText = pieces.join('')
export const redactedText = answerText
  .replace('person9@example.org', '{{EMAIL_ADDRESS_1}}')
  .replace('person14@example.org', '{{EMAIL_ADDRESS_2}}')

const base = { id: 'chatcmpl-bench', created: 1_760_000_000, model: 'gpt-4o-mini-2024-07-18' }
const usage = { prompt_tokens: 20, completion_tokens: 160, total_tokens: 180 }

export const pace = { gapMs, events: pieces.length, characters: answerText.length }

export const wholeAnswer = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: answerText, refusal: null }, finish_reason: 'stop' }],
  usage,
})

export function streamFrames(): readonly string[] {
  const chunk = (rest: object) => `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...rest })}\n\n`
  const choice = (delta: object, finish: string | null = null) =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finish }] })
  return [
    choice({ role: 'assistant', content: '' }),
    ...pieces.map((content) => choice({ content })),
    choice({}, 'stop'),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ]
}

/** What a body says, whole or streamed. */
export function textOf(body: string, isStream: boolean): string {
  interface Chunk {
    readonly choices?: readonly {
      readonly delta?: { readonly content?: string }
      readonly message?: { readonly content: string }
    }[]
  }
  if (!isStream) return (JSON.parse(body) as Chunk).choices?.[0]?.message?.content ?? ''
  return body
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {'))
    .map((frame) => (JSON.parse(frame.slice('data: '.length)) as Chunk).choices?.[0]?.delta?.content ?? '')
    .join('')
}
