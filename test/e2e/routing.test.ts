/** Configs as their users meet them: official clients, real sockets, providers that behave as scripted. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatStream,
  doneFrame,
  messagesStream,
  type Script,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let first: Upstream
let second: Upstream
let claude: Upstream

const hi = { model: 'gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }
const down = answerJson({ error: { message: 'down', type: 'server_error' } }, 503)
const two = { targets: [{ provider: '@first' }, { provider: '@second' }] }

beforeAll(async () => {
  first = await startUpstream()
  second = await startUpstream()
  claude = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('first', 'openai', first.origin)
  await sluice.connect('second', 'openai', second.origin)
  await sluice.connect('claude', 'anthropic', claude.origin)
})

afterAll(async () => {
  await sluice?.stop()
  for (const upstream of [first, second, claude]) await upstream?.stop()
})

beforeEach(() => {
  first.script(answerJson(chatAnswer('from first')))
  second.script(answerJson(chatAnswer('from second')))
  claude.script(answerEvents(messagesStream(['from ', 'claude'])))
})

const ask = (config: unknown, body: object = hi, headers: Record<string, string> = {}) =>
  sluice.post('/v1/chat/completions', body, { 'x-portkey-config': JSON.stringify(config), ...headers })

const contentOf = async (response: Response) =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content

async function save(config: unknown, name = 'Saved'): Promise<{ id: string; slug: string; version_id: string }> {
  return (await sluice.admin('POST', '/configs', { name, config })) as never
}

/** Each script answers one request; the last answers the rest. */
function inTurn(...scripts: readonly Script[]): Script {
  let turn = 0
  return (received, response, request) => scripts[Math.min(turn++, scripts.length - 1)]?.(received, response, request)
}

describe('a fallback', () => {
  it('goes to the next provider in an outage, across wires and in a stream', async () => {
    first.script(down)
    const openai = new OpenAI({
      baseURL: `${sluice.origin}/v1`,
      apiKey: sluice.apiKey,
      maxRetries: 0,
      defaultHeaders: {
        'x-portkey-config': JSON.stringify({
          strategy: { mode: 'fallback' },
          targets: [{ provider: '@first' }, { provider: '@claude', override_params: { model: 'claude-sonnet-4-5' } }],
        }),
      },
    })
    const { data, response } = await openai.chat.completions.create({ ...hi, stream: true }).withResponse()
    let text = ''
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('from claude')
    expect(response.headers.get('x-portkey-last-used-option-index')).toBe('config.targets[1]')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([
      { targetPath: 'config.targets[0]', providerSlug: 'first', status: 503 },
      { targetPath: 'config.targets[1]', providerSlug: 'claude', model: 'claude-sonnet-4-5', status: 200 },
    ])
  })

  it('goes on when a stream answers 200 and then an error before any content', async () => {
    first.script(answerEvents(['data: {"error":{"message":"overloaded","type":"server_error"}}\n\n', doneFrame]))
    second.script(answerEvents(chatStream(['from ', 'second'])))
    const response = await ask({ strategy: { mode: 'fallback' }, ...two }, { ...hi, stream: true })
    expect(await response.text()).toContain('second')
    expect(response.status).toBe(200)
  })

  it('serves the Anthropic client from the other wire', async () => {
    claude.script(answerJson({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }, 529))
    const anthropic = new Anthropic({
      baseURL: sluice.origin,
      apiKey: sluice.apiKey,
      maxRetries: 0,
      defaultHeaders: {
        'x-portkey-config': JSON.stringify({
          strategy: { mode: 'fallback', onStatusCodes: [529] },
          targets: [{ provider: '@claude' }, { provider: '@first', overrideParams: { model: 'gpt-5' } }],
        }),
      },
    })
    const message = await anthropic.messages.create({ ...hi, model: 'claude-sonnet-4-5' })
    expect(message.content).toMatchObject([{ type: 'text', text: 'from first' }])
  })

  it('stays with an error that is not on the list', async () => {
    first.script(answerJson({ error: { message: 'no such thing' } }, 404))
    const before = second.received.length
    const response = await ask({ strategy: { mode: 'fallback', on_status_codes: [429, 503] }, ...two })
    expect(response.status).toBe(404)
    expect(second.received).toHaveLength(before)
  })

  it('passes over a target whose own limit refuses, without calling it', async () => {
    await sluice.connect('poor', 'openai', first.origin)
    await sluice.admin('PUT', '/providers/poor', {
      rate_limits: [{ type: 'requests', unit: 'rph', value: 1 }],
    })
    const config = {
      strategy: { mode: 'fallback', on_status_codes: [412, 429] },
      targets: [{ provider: '@poor' }, { provider: '@second' }],
    }
    expect(await contentOf(await ask(config))).toBe('from first')
    const before = first.received.length
    const response = await ask(config)
    expect(await contentOf(response)).toBe('from second')
    expect(first.received).toHaveLength(before)
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([{ providerSlug: 'poor', errorCode: 'rate_limit_exceeded' }, { status: 200 }])
  })

  it('answers with the last error when nothing is left', async () => {
    first.script(down)
    second.script(answerJson({ error: { message: 'also down' } }, 500))
    const response = await ask({ strategy: { mode: 'fallback' }, ...two })
    expect(response.status).toBe(500)
    expect(await response.text()).toContain('also down')
    expect(response.headers.get('x-portkey-last-used-option-index')).toBe('config.targets[1]')
  })
})

describe('retries', () => {
  it('come back when the provider says, and say which one answered', async () => {
    const busy = answerJson({ error: { message: 'slow down' } }, 429, { 'retry-after-ms': '1' })
    first.script(inTurn(busy, busy, answerJson(chatAnswer('at last'))))
    const response = await ask({ provider: '@first', retry: { attempts: 3, use_retry_after_headers: true } })
    expect(await contentOf(response)).toBe('at last')
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('2')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([{ status: 429 }, { status: 429, retry: 1 }, { status: 200, retry: 2 }])
  })

  it('are told as -1 when they are used up', async () => {
    first.script(answerJson({ error: { message: 'slow down' } }, 429, { 'retry-after-ms': '1' }))
    const response = await ask({ provider: '@first', retry: { attempts: 1, use_retry_after_header: true } })
    expect(response.status).toBe(429)
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('-1')
  })

  it('are not made for what the provider refuses for good', async () => {
    first.script(answerJson({ error: { message: 'bad' } }, 400))
    const before = first.received.length
    const response = await ask({ provider: '@first', retry: { attempts: 5 } })
    expect(response.status).toBe(400)
    expect(first.received).toHaveLength(before + 1)
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('0')
  })
})

describe('a timeout of a target', () => {
  it('ends its attempt with 408 and lets the next one answer', async () => {
    first.script(() => {})
    const config = {
      strategy: { mode: 'fallback' },
      targets: [{ provider: '@first', request_timeout: 30 }, { provider: '@second' }],
    }
    const response = await ask(config)
    expect(await contentOf(response)).toBe('from second')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([{ status: 408, errorCode: 'request_timeout' }, { status: 200 }])
    expect(log.warnings).toContainEqual(expect.objectContaining({ type: 'estimated' }))
  })
})

describe('a load balance', () => {
  it('shares requests by weight', async () => {
    const config = {
      strategy: { mode: 'load-balance' },
      targets: [
        { provider: '@first', weight: 0 },
        { provider: '@second', weight: 2 },
      ],
    }
    for (let count = 0; count < 5; count++) expect(await contentOf(await ask(config))).toBe('from second')
  })

  it('keeps a user where they are', async () => {
    const config = {
      strategy: { mode: 'loadbalance', sticky: { enabled: true, hash_fields: ['metadata._user'], ttl: 3_600 } },
      ...two,
    }
    const seen = new Map<string, Set<string | undefined>>()
    for (let count = 0; count < 30; count++) {
      const user = `user-${count % 10}`
      const answer = await contentOf(await ask(config, hi, { 'x-portkey-metadata': JSON.stringify({ _user: user }) }))
      seen.set(user, (seen.get(user) ?? new Set()).add(answer))
    }
    expect([...seen.values()].every((answers) => answers.size === 1)).toBe(true)
    expect(new Set([...seen.values()].flatMap((answers) => [...answers])).size).toBe(2)
  })
})

/** Keys in pairs: an object that says `then` looks like a promise to the linter. */
const condition = (query: object, name: string) =>
  Object.fromEntries([
    ['query', query],
    ['then', name],
  ])

describe('conditions', () => {
  const config = {
    strategy: {
      mode: 'conditional',
      conditions: [
        condition(
          {
            $or: [{ 'metadata.plan': 'pro' }, { 'params.max_tokens': { $gt: 100 } }],
            'url.pathname': { $regex: 'chat' },
          },
          'paid',
        ),
      ],
      default: 'free',
    },
    targets: [
      { name: 'paid', provider: '@second' },
      { name: 'free', provider: '@first' },
    ],
  }

  it('choose by metadata and params, else the default', async () => {
    expect(await contentOf(await ask(config))).toBe('from first')
    expect(await contentOf(await ask(config, hi, { 'x-portkey-metadata': '{"plan":"pro"}' }))).toBe('from second')
    expect(await contentOf(await ask(config, { ...hi, max_tokens: 500 }))).toBe('from second')
  })

  it('say so when none holds and there is no default', async () => {
    const { default: _, ...strategy } = config.strategy
    const response = await ask({ ...config, strategy })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('Query router did not resolve to any valid target')
  })
})

describe('params of a config', () => {
  it('fill, overwrite and leave out, and nothing else of the body changes', async () => {
    const body = `{"model":"gpt-4o", "temperature": 1.0,\n "max_tokens":20,"user":"ann","messages":[{"role":"user","content":"\\u0068i"}],"tools":[{"type":"function","function":{"name":"f","strict":true}}]}`
    const response = await sluice.post('/v1/chat/completions', body, {
      'x-portkey-config': JSON.stringify({
        provider: '@first',
        default_params: { temperature: 0, top_p: 0.5 },
        override_params: { max_tokens: 7 },
        drop_params: ['user', 'tools[*].function.strict'],
      }),
    })
    expect(response.status).toBe(200)
    const sent = first.received.at(-1)
    expect(sent?.json()).toEqual({
      model: 'gpt-4o',
      temperature: 1,
      max_tokens: 7,
      top_p: 0.5,
      messages: [{ role: 'user', content: 'hi' }],
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(sent?.body).toContain('"temperature": 1.0,')
    expect(sent?.body).toContain('\\u0068i')
    expect((await sluice.logOf(response)).attempts).toMatchObject([{ isReparsed: true }])
  })

  it('may name the model, with its provider, so that the client need not', async () => {
    const { model: _, ...body } = hi
    const response = await ask({ override_params: { model: '@second/gpt-5-mini' } }, body)
    expect(await contentOf(response)).toBe('from second')
    expect(second.received.at(-1)?.json()).toMatchObject({ model: 'gpt-5-mini' })
  })
})

describe('published examples', () => {
  it('balance by the provider in the model', async () => {
    const config = {
      strategy: { mode: 'load-balance' },
      targets: [
        { override_params: { model: '@first/gpt-5' } },
        { override_params: { model: '@claude/claude-sonnet-4-5' } },
      ],
    }
    const answers = new Set<string | undefined>()
    while (answers.size < 2) answers.add(await contentOf(await ask(config)))
    expect([...answers].sort()).toEqual(['from claude', 'from first'])
  })
})

describe('a workspace', () => {
  it('has a default config, and may take saved configs only', async () => {
    const other = await startSluice()
    try {
      await other.connect('second', 'openai', second.origin)
      const { slug } = (await other.admin('POST', '/configs', {
        name: 'All',
        config: { provider: '@second' },
      })) as never
      const { data } = (await other.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
      await other.admin('PUT', `/admin/workspaces/${data[0]?.slug}`, {
        defaults: { config_id: slug, block_inline_config: true },
      })
      await expect(other.admin('DELETE', `/configs/${slug}`)).rejects.toThrow('is the config_id of the workspace')
      const answered = await other.post('/v1/chat/completions', hi)
      expect(await contentOf(answered)).toBe('from second')
      const refused = await other.post('/v1/chat/completions', hi, { 'x-portkey-config': '{"provider":"@second"}' })
      expect(refused.status).toBe(400)
      expect(await refused.text()).toContain('inline_config_blocked')
      const named = await other.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
      expect(named.status).toBe(200)
    } finally {
      await other.stop()
    }
  })
})

describe('who decides the provider', () => {
  it('is the config, when it names one', async () => {
    const response = await ask(
      { provider: '@second' },
      { ...hi, model: '@first/gpt-5' },
      { 'x-portkey-provider': '@first' },
    )
    expect(await contentOf(response)).toBe('from second')
    expect(second.received.at(-1)?.json()).toMatchObject({ model: 'gpt-5' })
  })

  it('is the request, when the config only says how to call', async () => {
    expect(await contentOf(await ask({ retry: { attempts: 1 } }, { ...hi, model: '@second/gpt-5' }))).toBe(
      'from second',
    )
    expect(await contentOf(await ask({ retry: { attempts: 1 } }, hi, { 'x-portkey-provider': '@first' }))).toBe(
      'from first',
    )
  })

  it('is the request for a passthrough target', async () => {
    first.script(down)
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@first' }, { passthrough: true }] }
    expect(await contentOf(await ask(config, { ...hi, model: '@second/gpt-5' }))).toBe('from second')
  })

  it('refuses unknown slugs where nothing is left, naming them', async () => {
    for (const strategy of [{ mode: 'fallback' }, { mode: 'loadbalance' }, { mode: 'single' }]) {
      const response = await ask({ strategy, targets: [{ provider: '@nope' }, { virtual_key: 'gone' }] })
      expect(response.status).toBe(400)
      expect(await response.text()).toContain('Following keys are not valid: nope, gone')
    }
  })

  it.each([
    ['a backup', [{ provider: '@first' }, { provider: '@nope' }]],
    ['a primary', [{ provider: '@nope' }, { provider: '@first' }]],
    [
      'a nested one',
      [
        { strategy: { mode: 'loadbalance' }, targets: [{ virtual_key: 'gone' }, { provider: '@nope' }] },
        { provider: '@first' },
      ],
    ],
    ['a type that is stored nowhere', [{ provider: 'cohere' }, { provider: '@first' }]],
  ])('skips %s that does not exist, and tells it', async (_, targets) => {
    for (const mode of ['fallback', 'loadbalance']) {
      const response = await ask({ strategy: { mode }, targets })
      expect(await contentOf(response), mode).toBe('from first')
      expect(response.headers.get('x-portkey-warnings')).toMatch(
        /no usable provider '(nope|gone|cohere)', so the target is skipped/,
      )
    }
  })

  it('skips a backup that was switched off, with a saved config too', async () => {
    const { slug } = await save({
      strategy: { mode: 'loadbalance' },
      targets: [{ provider: '@first' }, { provider: '@off' }],
    })
    await sluice.connect('off', 'openai', second.origin)
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
    await sluice.admin('PUT', '/integrations/off/workspaces', { workspaces: [{ id: data[0]?.slug, enabled: false }] })
    sluice.passTime(31_000)
    for (let turn = 0; turn < 6; turn++) {
      const response = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
      expect(await contentOf(response)).toBe('from first')
      const log = await sluice.logOf(response)
      expect(JSON.stringify(log)).toContain("no usable provider 'off', so the target is skipped")
    }
  })

  it('refuses only the request whose condition names one that does not exist', async () => {
    const strategy = {
      mode: 'conditional',
      // biome-ignore lint/suspicious/noThenProperty: what a condition is written with
      conditions: [{ query: { 'metadata.tier': { $eq: 'gold' } }, then: 'gold' }],
      default: 'usual',
    }
    const config = {
      strategy,
      targets: [
        { name: 'gold', provider: '@nope' },
        { name: 'usual', provider: '@first' },
      ],
    }
    expect(await contentOf(await ask(config))).toBe('from first')
    const gold = await ask(config, hi, { 'x-portkey-metadata': '{"tier":"gold"}' })
    expect([gold.status, await gold.text()]).toEqual([
      400,
      expect.stringContaining('Following keys are not valid: nope'),
    ])
  })
})

describe('a saved config', () => {
  it('is used by its id, by the portkey client, and changes without a deploy', async () => {
    const { slug } = await save({ provider: '@second' })
    const portkey = new Portkey({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, config: slug })
    const answer = await portkey.chat.completions.create({ ...hi })
    expect(answer.choices?.[0]?.message?.content).toBe('from second')
    const inline = new Portkey({
      baseURL: `${sluice.origin}/v1`,
      apiKey: sluice.apiKey,
      config: { provider: '@first' },
    })
    expect((await inline.chat.completions.create({ ...hi })).choices?.[0]?.message?.content).toBe('from first')
  })

  it('is administered by the portkey client', async () => {
    const admin = new Portkey({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.adminKey })
    const made = (await admin.configs.create({
      name: 'By client',
      config: { provider: '@first' },
      isDefault: 0,
    } as never)) as unknown as { slug: string }
    expect(made.slug).toMatch(/^pc-by-cli-[0-9a-f]{6}$/)
    await admin.configs.update({ slug: made.slug, name: 'Renamed', config: { provider: '@second' } } as never)
    const shown = (await admin.configs.retrieve({ slug: made.slug } as never)) as unknown as {
      name: string
      config: string
    }
    expect(shown).toMatchObject({ name: 'Renamed', slug: made.slug, config: '{"provider":"@second"}' })
    const listed = (await admin.configs.list({} as never)) as unknown as { data: { slug: string }[] }
    expect(listed.data.map(({ slug }) => slug)).toContain(made.slug)
    await admin.configs.delete({ slug: made.slug } as never)
    const after = (await admin.configs.list({} as never)) as unknown as { data: { slug: string }[] }
    expect(after.data.map(({ slug }) => slug)).not.toContain(made.slug)
  })

  it('is the default of its keys, with and without leave to override it', async () => {
    const { slug } = await save({ provider: '@second' })
    const made = await sluice.admin('POST', '/api-keys/workspace/service', {
      name: 'fixed',
      scopes: ['completions.write'],
      workspace_id: ((await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }).data[0]
        ?.id,
      defaults: { config_id: slug, allow_config_override: false },
    })
    const authorization = `Bearer ${String(made.key)}`
    const response = await sluice.post('/v1/chat/completions', hi, { authorization })
    expect(await contentOf(response)).toBe('from second')
    expect((await sluice.logOf(response)).metrics.config_id).toBe(slug)
    const refused = await ask({ provider: '@first' }, hi, { authorization })
    expect(refused.status).toBe(400)
    expect(await refused.text()).toContain('Cannot override default config set for this API key.')
    await sluice.admin('PUT', `/api-keys/${String(made.id)}`, { defaults: { allow_config_override: true } })
  })

  it('spares a target that keeps failing', async () => {
    const { slug } = await save({
      strategy: { mode: 'fallback', cb_config: { failure_threshold: 2, cooldown_interval: 60_000 } },
      ...two,
    })
    first.script(down)
    const before = first.received.length
    for (let count = 0; count < 4; count++) {
      const response = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
      expect(await contentOf(response)).toBe('from second')
    }
    expect(first.received).toHaveLength(before + 2)
  })

  it('has a version for each change, newest first', async () => {
    const { slug, version_id: before } = await save({ provider: '@first' }, 'Versioned')
    const { version_id: after } = await sluice.admin('PUT', `/configs/${slug}`, { config: { provider: '@second' } })
    const list = (await sluice.admin('GET', `/configs/${slug}/versions`)) as unknown as {
      total: number
      data: { version_id: string; config: string }[]
    }
    expect(list.data.map((each) => [each.version_id, JSON.parse(each.config)])).toEqual([
      [after, { provider: '@second' }],
      [before, { provider: '@first' }],
    ])
    await sluice.admin('DELETE', `/configs/${slug}`)
    const gone = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
    expect(gone.status).toBe(400)
    expect(await gone.text()).toContain('Invalid config id passed')
  })

  it.each([
    [{ strategy: { mode: 'falback' }, targets: [{ provider: '@first' }] }, "strategy.mode, message: it is 'falback'"],
    [{ targets: [{ provider: '@first', retry: { atempts: 2 } }] }, "did you mean 'attempts'?"],
    [
      { mode: 'fallback', options: [{ provider: 'openai' }] },
      'This version of config is not supported in this route. Please migrate to the latest version',
    ],
    [{ provider: '@first', custom_host: 'http://169.254.169.254/v1' }, 'Invalid custom host'],
  ])('is refused with the place that is wrong: %j', async (config, message) => {
    await expect(sluice.admin('POST', '/configs', { name: 'bad', config })).rejects.toThrow(message)
  })
})

describe('hosts and headers', () => {
  it('are those of the config and the request', async () => {
    const { slug } = await save({
      provider: '@first',
      custom_host: `${second.origin}/v1`,
      forward_headers: ['x-team', 'authorization', 'x-copy'],
    })
    const response = await sluice.post('/v1/chat/completions', hi, {
      'x-portkey-config': slug,
      'x-team': 'search',
      'x-copy': `key ${sluice.apiKey}`,
    })
    expect(response.headers.get('x-portkey-warnings')).toContain('dropped headers.authorization')
    expect(await contentOf(response)).toBe('from second')
    const { headers = {} } = second.received.at(-1) ?? {}
    expect(headers['x-team']).toBe('search')
    expect(JSON.stringify(headers)).not.toContain(sluice.apiKey)
    const same = await sluice.post(
      '/v1/chat/completions',
      { ...hi, model: '@first/gpt-5' },
      { 'x-portkey-custom-host': `${first.origin}/v1` },
    )
    expect(await contentOf(same)).toBe('from first')
  })

  it('never take a stored key to a host of the caller’s choice', async () => {
    for (const host of ['https://models.example.org/v1', `${second.origin}/v1`]) {
      const response = await sluice.post(
        '/v1/chat/completions',
        { ...hi, model: '@first/gpt-5' },
        { 'x-portkey-custom-host': host },
      )
      expect(response.status).toBe(400)
      expect(await response.text()).toContain("may not send the stored credentials of '@first'")
    }
  })
})
