import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink, secret } from '../../../../test/support/gateway-ports.ts'
import { runCheck, subjectOf } from '../../../../test/support/guardrail-subject.ts'
import { sampleCatalog } from '../../../../test/support/sample-catalog.ts'
import { seededRandom } from '../../../../test/support/seeded-random.ts'
import { chatChunk, doneFrame, messagesStream, usageChunk } from '../../../../test/support/upstream.ts'
import { serve } from '../../serve.ts'

const redact = { 'portkey.pii': { redact: true, categories: ['EMAIL_ADDRESS', 'CREDIT_CARD'] } }
const noSecret = { contains: { words: ['secret'], operator: 'none' }, deny: true }
const ending = [chatChunk({}, 'stop'), usageChunk(3, 2), doneFrame]

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

interface Asked {
  readonly path?: string
  readonly body?: object
}

function guarded(guardrails: readonly object[], { path = '/v1/chat/completions', body = {} }: Asked = {}) {
  const feed = manualBody()
  const sample = sampleCatalog()
  const workspace = { ...sample.workspace, defaults: { output_guardrails: guardrails } }
  const stage = gatewayStage(
    async () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body: feed.body }),
    { catalog: { loadWorkspace: async () => ({ ...sample, workspace }) } },
  )
  const sink = recordingSink()
  const asked = { model: '@oai/gpt-5', stream: true, messages: [{ role: 'user', content: 'hi' }], ...body }
  const call = chatCall(stage.ambient, asked, { path, headers: { authorization: `Bearer ${secret}` } })
  const done = serve(call, sink, stage.ports)
  const say = (text: string) => feed.send(chatChunk({ content: text }))
  const finish = async () => {
    for (const frame of ending) feed.send(frame)
    feed.end()
    await done
  }
  return { feed, stage, sink, done, say, finish }
}

const dataIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)))

const saidIn = (text: string) =>
  dataIn(text)
    .map((chunk) => chunk.choices?.[0]?.delta.content ?? '')
    .join('')

/** As the check makes it of the whole. */
async function redacted(text: string): Promise<string> {
  const verdict = await runCheck('portkey.pii', redact['portkey.pii'], subjectOf(text, { hook: 'output' }))
  return verdict.texts?.[0] ?? text
}

describe('a stream held by sentences', () => {
  it('goes out as its sentences are judged, the last one always behind', async () => {
    const { sink, say, finish } = guarded([noSecret])
    say('One. ')
    await settle()
    expect(sink).toMatchObject({ status: 0, text: '' })
    say('Two. Thr')
    say('ee. ')
    await sink.has('One. ')
    await settle()
    expect(saidIn(sink.text)).not.toContain('Three')
    say('Four.')
    await finish()
    expect(saidIn(sink.text)).toBe('One. Two. Three. Four.')
  })

  it('is the provider’s own bytes where checks may only deny', async () => {
    const { sink, say, finish, feed } = guarded([noSecret], { body: { stream_options: { include_usage: true } } })
    const odd =
      'data:{"id":"c","model":"m","choices":[{"index":0,"delta":{"content":"A. B. C."}}],"vendor":1.0}\r\n\r\n'
    feed.send(odd)
    say(' D. E. ')
    await finish()
    expect(sink.text).toBe([odd, chatChunk({ content: ' D. E. ' }), ...ending].join(''))
  })

  it('ends with an error frame when a later sentence is denied, and nothing of that sentence went out', async () => {
    const { sink, say, finish, stage } = guarded([noSecret])
    say('One. Two. Three. ')
    say('Four. ')
    await sink.has('One. Two.')
    say('A sec')
    say('ret. ')
    await finish()
    expect(saidIn(sink.text)).toBe('One. Two. Three. ')
    expect(sink.text).toContain('hooks_failed')
    expect(sink.text).not.toMatch(/sec|DONE/)
    expect(stage.closed).toMatchObject([
      { errorCode: 'guardrail_denied', guardrails: [{ verdict: false, deny: true }], outcome: 'interrupted' },
    ])
  })

  it('that is denied in its middle still has the verdicts of checks that nobody waits for', async () => {
    const aside = { contains: { words: ['One'], operator: 'any' }, async: true }
    const { say, finish, stage } = guarded([noSecret, aside])
    say('One. Two. Three. A secret. Five. ')
    await finish()
    expect(stage.closed[0]?.guardrails).toMatchObject([
      { deny: true, verdict: false },
      { isAsync: true, verdict: true },
    ])
  })

  it('is redacted as it goes, with one name for one finding', async () => {
    const { sink, say, finish } = guarded([redact])
    say('Write to ada@x.org. Or bob@x.org. ')
    say('Not both. ')
    await sink.has('ADDRESS_2')
    expect(saidIn(sink.text)).toBe('Write to {{EMAIL_ADDRESS_1}}. Or {{EMAIL_ADDRESS_2}}. ')
    say('ada@x.org is away.')
    await finish()
    expect(saidIn(sink.text)).toBe(
      'Write to {{EMAIL_ADDRESS_1}}. Or {{EMAIL_ADDRESS_2}}. Not both. {{EMAIL_ADDRESS_1}} is away.',
    )
    expect(sink.text).toContain('[DONE]')
  })

  it('finds what reaches over the end of a sentence', async () => {
    const { sink, say, finish } = guarded([
      { regexReplace: { rule: 'top\\. secret', redactText: '***' }, stream_window: 'sentence' },
    ])
    say('It is so. It is top. ')
    await settle()
    say('secret plans. All of them. ')
    await finish()
    expect(saidIn(sink.text)).toBe('It is so. It is *** plans. All of them. ')
  })

  it('is broken off when a finding begins in what was sent already', async () => {
    const { sink, say, finish } = guarded([
      { regexReplace: { rule: '/one.*four/s', redactText: '***' }, stream_window: 'sentence' },
    ])
    for (const word of ['Is one. ', 'Is two. ', 'Is three. ', 'Is four. ', 'Is five. ']) {
      say(word)
      await settle()
    }
    await finish()
    expect(sink.text).toContain('begins in text already sent')
    expect(sink.text).not.toMatch(/four|DONE/)
  })

  it('is kept alive while nothing of it may go out', async () => {
    const { sink, say, finish, stage } = guarded([noSecret])
    say('half a sen')
    await settle()
    stage.ambient.advance(15_000)
    await settle()
    expect(sink.text).toBe('\n\n')
    for (const _ of [1, 2, 3]) {
      say('.')
      await settle()
      stage.ambient.advance(6_000)
      await settle()
    }
    expect(sink.text).toBe('\n\n\n\n')
    say('tence')
    await finish()
    expect(saidIn(sink.text)).toBe('half a sen...tence')
  })

  it('shows nothing of what was held when it breaks off', async () => {
    const { sink, say, done, feed } = guarded([redact])
    say('One. Two. Three. ada@')
    await settle()
    feed.fail(new Error('reset'))
    await done
    expect(saidIn(sink.text)).toBe('One. Two. ')
    expect(sink.text).not.toMatch(/Three|DONE/)
    expect(sink.text).toContain('upstream_interrupted')
  })

  it.each([
    ['sentence', 7],
    ['sentence', 8],
    [16, 9],
    [40, 10],
    ['whole', 11],
  ])('held by %s says what the whole would, however it is cut (seed %i)', async (window, seed) => {
    const random = seededRandom(seed)
    const parts = [
      'ada@x.org',
      'bob@example.com',
      '4111 1111 1111 1111',
      'word',
      'Yes.',
      'e.g. this',
      '1.5',
      '\n',
      '好。',
    ]
    for (let run = 0; run < 40; run++) {
      const text = Array.from({ length: 60 }, () => parts[Math.floor(random() * parts.length)]).join(' ')
      const { sink, say, finish } = guarded([{ ...redact, stream_window: window }])
      for (let at = 0; at < text.length; ) {
        const length = 1 + Math.floor(random() * 12)
        say(text.slice(at, at + length))
        at += length
      }
      await finish()
      expect(saidIn(sink.text), `seed ${seed}, run ${run}`).toBe(await redacted(text))
    }
  })
})

describe('what is not said', () => {
  const thinking = (text: string) => chatChunk({ reasoning_content: text })
  const calling = (text: string) =>
    chatChunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: text } }] })

  it('is thinking that passes at once, unless it is in scope', async () => {
    const free = guarded([noSecret])
    free.feed.send(thinking('a secret'))
    await settle()
    expect(free.sink.text).toContain('a secret')
    const scoped = guarded([{ ...noSecret, reasoning: true }])
    scoped.feed.send(thinking('a secret'))
    await scoped.finish()
    expect(scoped.sink.status).toBe(446)
  })

  it('is arguments that are redacted when they are in scope', async () => {
    const { sink, feed, finish } = guarded([{ ...redact, tool_calls: true }])
    feed.send(calling('{"to":"ada@'))
    feed.send(chatChunk({ tool_calls: [{ index: 0, function: { arguments: 'x.org"}' } }] }))
    await finish()
    const written = dataIn(sink.text).flatMap(
      ({ choices }) => choices[0]?.delta.tool_calls?.[0]?.function.arguments ?? '',
    )
    expect(written.join('')).toBe('{"to":"{{EMAIL_ADDRESS_1}}"}')
  })

  it('is arguments that would be no JSON after a change, so they do not go out', async () => {
    const { sink, feed, finish } = guarded([{ ...redact, tool_calls: true }])
    feed.send(calling('{"card":4111111111111111}'))
    await finish()
    expect(sink.status).toBe(446)
    expect(sink.text).toContain('leaves no JSON')
    expect(sink.text).not.toContain('41111')
  })
})

describe('a held stream of the Anthropic wire', () => {
  it('is redacted within its own blocks', async () => {
    const { sink, feed, done } = guarded([redact], {
      path: '/v1/messages',
      body: { model: '@ant-eu/claude-sonnet-4-5', max_tokens: 50 },
    })
    for (const frame of messagesStream(['One. ', 'Mail ada@', 'x.org. ', 'Three. ', 'Four.'])) feed.send(frame)
    feed.end()
    await done
    const said = dataIn(sink.text).map(({ delta }) => delta?.text ?? '')
    expect(said.join('')).toBe('One. Mail {{EMAIL_ADDRESS_1}}. Three. Four.')
    expect(sink.text).toContain('message_stop')
  })
})
