/** What the simulated provider says and what the load asks: fixed bytes, so that every answer can be checked whole. */

const base = {
  id: 'chatcmpl-bench',
  created: 1_760_000_000,
  model: 'gpt-4o-mini-2024-07-18',
  system_fingerprint: 'fp_bench',
}
const words = 'An answer of fixed words lets each reader of it tell whether anything was lost on its way '.repeat(4)
const usage = { prompt_tokens: 512, completion_tokens: 48, total_tokens: 560 }

/** The text of the whole answer; about 500 bytes of JSON around and in it. */
const answerText = words.slice(0, 180).trim()

export const wholeAnswer = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: answerText, refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage,
})

const streamEvents = 32

/** Role, words, finish, usage, [DONE]. */
export function streamFrames(count = streamEvents): readonly string[] {
  const chunk = (rest: object) => `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', ...rest })}\n\n`
  const choice = (delta: object, finish: string | null = null) =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] })
  const parts = words.split(' ')
  return [
    choice({ role: 'assistant', content: '' }),
    ...Array.from({ length: count - 4 }, (_, at) => choice({ content: `${parts[at % parts.length]} ` })),
    choice({}, 'stop'),
    chunk({ choices: [], usage }),
    'data: [DONE]\n\n',
  ]
}

const prompt = 'The quick brown fox jumps over the lazy dog. '.repeat(54)

/** A prompt of about 2.5 KB. */
export function requestBody(model: string, isStream: boolean): string {
  return JSON.stringify({
    model,
    messages: [
      { role: 'system', content: 'You are a helpful assistant.' },
      { role: 'user', content: prompt },
    ],
    max_tokens: 256,
    ...(isStream ? { stream: true, stream_options: { include_usage: true } } : {}),
  })
}

/** Gives what is wrong with an answer's bytes; undefined when it is whole. */
export function flawOf(body: string, isStream: boolean): string | undefined {
  return isStream ? flawOfStream(body) : flawOfWhole(body)
}

function flawOfWhole(body: string): string | undefined {
  const json = JSON.parse(body) as {
    choices?: { message?: { content?: unknown } }[]
    usage?: { total_tokens?: unknown }
  }
  if (json.choices?.[0]?.message?.content !== answerText) return 'the text is not the one that was sent'
  return json.usage?.total_tokens === usage.total_tokens ? undefined : 'the usage is not the one that was sent'
}

function flawOfStream(body: string): string | undefined {
  const frames = body.split('\n\n').filter((frame) => frame.startsWith('data:'))
  if (frames.length !== streamEvents) return `${frames.length} events came, ${streamEvents} were sent`
  if (!body.includes('"total_tokens":560')) return 'the usage is missing'
  return frames.at(-1)?.endsWith('[DONE]') ? undefined : 'the stream has no [DONE]'
}
