import { describe, expect, it } from 'vitest'
import { runCheck, subjectOf } from '../../../test/support/guardrail-subject.ts'
import { checkIds, findCheck, isUnavailable } from './index.ts'

const verdicts = async (id: string, rows: readonly (readonly [object, Parameters<typeof runCheck>[2], boolean])[]) => {
  for (const [parameters, subject, isPassed] of rows) {
    const verdict = await runCheck(id, { ...parameters }, subject)
    expect({ parameters, subject, isPassed: verdict.isPassed }).toEqual({ parameters, subject, isPassed })
  }
}

const inBlock = (json: string) => `Here you are:\n\`\`\`json\n${json}\n\`\`\`\nGood luck.`

/** Each row: the check, its parameters, what it judges, and members of `data` as Portkey's own check of that name gives them. */
const portkeyMembers: readonly (readonly [string, object, Parameters<typeof runCheck>[2], object])[] = [
  ['default.regexMatch', { rule: 'a' }, 'a', { verdict: true, not: false, regexPattern: 'a', textExcerpt: 'a' }],
  ['default.regexReplace', { rule: 'a', failOnDetection: true }, 'a', { verdict: false, regexPattern: 'a' }],
  [
    'default.contains',
    { words: ['a', 'b'], operator: 'all' },
    'a',
    { foundWords: ['a'], missingWords: ['b'], operator: 'all' },
  ],
  [
    'default.wordCount',
    { minWords: 1, maxWords: 9 },
    'one two',
    { wordCount: 2, minWords: 1, maxWords: 9, verdict: true },
  ],
  [
    'default.sentenceCount',
    { minSentences: 2, maxSentences: 9 },
    'One.',
    { sentenceCount: 1, minSentences: 2, maxSentences: 9, verdict: false },
  ],
  [
    'default.characterCount',
    { minCharacters: 1, maxCharacters: 9 },
    'abc',
    { characterCount: 3, minCharacters: 1, maxCharacters: 9 },
  ],
  ['default.containsCode', { format: 'SQL' }, 'no code', { searchedFormat: 'SQL', foundFormats: [] }],
  [
    'default.jsonKeys',
    { keys: ['a', 'b'], operator: 'any' },
    '{"a":1}',
    { presentKeys: ['a'], missingKeys: ['b'], operator: 'any', verdict: true },
  ],
  ['default.jsonKeys', { keys: ['a'], operator: 'all' }, 'none', { requiredKeys: ['a'], operator: 'all' }],
  [
    'default.jsonSchema',
    { schema: { type: 'object', required: ['a'] } },
    '{}',
    { not: false, validationErrors: [{ path: '/', message: "must have required property 'a'" }] },
  ],
  ['default.endsWith', { suffix: 'z', not: true }, 'a', { suffix: 'z', not: true, verdict: true, textExcerpt: 'a' }],
  ['default.validUrls', {}, 'none', { urls: [], validationMethod: 'HTTP request' }],
  [
    'default.modelwhitelist',
    { models: ['other'] },
    subjectOf('', { modelAsked: 'gpt-5' }),
    { requestedModel: 'gpt-5', allowedModels: ['other'], verdict: false },
  ],
  [
    'default.allowedRequestTypes',
    { blockedTypes: ['embed'] },
    subjectOf('', { requestType: 'embed' }),
    { currentRequestType: 'embed', blockedTypes: ['embed'], verdict: false },
  ],
  [
    'default.requiredMetadataKeys',
    { metadataKeys: ['a', 'b'], operator: 'any' },
    subjectOf('', { metadata: { a: '1' } }),
    { found_metadata_keys: ['a'], missing_metadata_keys: ['b'], operator: 'any' },
  ],
  [
    'default.addPrefix',
    { prefix: 'p' },
    subjectOf('', { requestType: 'complete', requestJson: { prompt: 'x' } }),
    { requestType: 'complete', applyToRole: 'user', addToExisting: true, onlyIfEmpty: false },
  ],
]

describe('the data of a check (issue 11)', () => {
  it.each(portkeyMembers)(
    '%s %j has the members that clients of Portkey read',
    async (id, parameters, subject, members) => {
      const { data } = await runCheck(id, { ...parameters }, subject)
      expect(data).toMatchObject({ explanation: expect.any(String), ...members })
    },
  )
})

describe('a check of text', () => {
  it('regexMatch passes what matches, and the rest when negated', () =>
    verdicts('default.regexMatch', [
      [{ rule: '^\\d+$' }, '123', true],
      [{ rule: '^\\d+$' }, '12a', false],
      [{ rule: 'secret', not: true }, 'no', true],
      [{ rule: 'secret', not: true }, 'a secret', false],
    ]))

  it('regexMatch decides a pattern that would backtrack without end, and tells one that cannot be decided', async () => {
    const slow = `${'a'.repeat(60)}b`
    await verdicts('default.regexMatch', [
      [{ rule: '(a+)+$' }, slow, false],
      [{ rule: '(a+)+$', not: true }, slow, true],
    ])
    await expect(runCheck('default.regexMatch', { rule: '(?=a)(a+)+$', not: true }, slow)).rejects.toThrow(
      'did not finish',
    )
  })

  it('regexReplace replaces in every text and passes unless told to fail', async () => {
    const subject = subjectOf('', { texts: ['id 12', 'none', '3 and 4'] })
    const verdict = await runCheck('default.regexReplace', { rule: '/\\d+/g', redactText: '$1#' }, subject)
    expect(verdict).toMatchObject({ isPassed: true, texts: ['id $1#', 'none', '$1# and $1#'] })
    expect((await runCheck('default.regexReplace', { rule: 'x', failOnDetection: true }, 'x')).isPassed).toBe(false)
    expect(await runCheck('default.regexReplace', { rule: 'x' }, 'y')).not.toHaveProperty('texts')
  })

  it('counts judge by how many there are, both ends included', async () => {
    await verdicts('default.sentenceCount', [
      [{ minSentences: 2, maxSentences: 2 }, 'One. Two?!', true],
      [{ maxSentences: 1 }, 'One. Two.', false],
    ])
    await verdicts('default.wordCount', [
      [{ minWords: 3 }, ' one  two\nthree ', true],
      [{ minWords: 1 }, '  ', false],
      [{ maxWords: 2, not: true }, 'one two three', true],
    ])
    await verdicts('default.characterCount', [
      [{ maxCharacters: 3 }, 'abc', true],
      [{ maxCharacters: 3 }, 'abcd', false],
    ])
  })

  it('contains looks for any, all or none, letter for letter', () =>
    verdicts('default.contains', [
      [{ words: ['a', 'b'] }, 'b', true],
      [{ words: ['a', 'b'], operator: 'all' }, 'b', false],
      [{ words: ['a', 'b'], operator: 'none' }, 'c', true],
      [{ words: ['Secret'], operator: 'none' }, 'secret', true],
      [{ words: 'secret', operator: 'none' }, 'secret', false],
    ]))

  it('letters judge case, ending and emptiness', async () => {
    await verdicts('default.alluppercase', [
      [{}, 'ABC 1', true],
      [{}, 'ABc', false],
    ])
    await verdicts('default.isAllLowerCase', [
      [{}, 'abc 1', true],
      [{}, 'abC', false],
    ])
    await verdicts('default.endsWith', [
      [{ suffix: 'end' }, 'the end.', true],
      [{ suffix: 'end' }, 'end it', false],
    ])
    await verdicts('default.notNull', [
      [{}, ' ', false],
      [{}, 'x', true],
      [{ not: true }, '', true],
    ])
  })

  it('containsCode knows a language by its other names', () =>
    verdicts('default.containsCode', [
      [{ format: 'Python' }, 'see\n```py\nprint(1)\n```', true],
      [{ format: 'Python' }, 'see\n```js\n1\n```', false],
      [{ format: 'SQL' }, 'select 1', false],
    ]))
})

describe('a check of JSON in text', () => {
  it('jsonKeys finds it bare, fenced or in the middle of words', () =>
    verdicts('default.jsonKeys', [
      [{ keys: ['a'] }, '{"a":1}', true],
      [{ keys: ['a', 'b'], operator: 'all' }, inBlock('{"a":1}'), false],
      [{ keys: ['b'], operator: 'none' }, 'so {"a":"}"} it is', true],
      [{ keys: ['a'] }, 'no json', false],
      [{ keys: ['b'] }, 'first {"a":1}, then {"b":2}', true],
      [{ keys: ['b'], operator: 'none' }, 'first {"a":1}, then {"b":2}', false],
      [{ keys: ['a', 'b'], operator: 'all' }, 'first {"a":1}, then {"b":2}', false],
      [{ keys: ['b'] }, 'a set {x | x > 0} and {"b":2}', true],
    ]))

  it('jsonSchema says which places are wrong', async () => {
    const schema = { type: 'object', properties: { age: { type: 'integer' } }, required: ['age'] }
    await verdicts('default.jsonSchema', [
      [{ schema }, inBlock('{"age":4}'), true],
      [{ schema: JSON.stringify(schema) }, '{"age":4}', true],
      [{ schema, not: true }, '{}', true],
      [{ schema }, 'for example {"age":"four"}, or rather {"age":4}', true],
      [{ schema }, `${inBlock('{"a":1}')} and ${inBlock('{"age":4}')}`, true],
    ])
    const verdict = await runCheck('default.jsonSchema', { schema }, '{"age":"four"}')
    expect(verdict).toMatchObject({
      isPassed: false,
      data: { validationErrors: [{ path: '/age', message: 'must be integer' }] },
    })
  })
})

describe('a check of the request', () => {
  it('modelwhitelist takes a model by any of its names', () =>
    verdicts('default.modelWhitelist', [
      [{ models: ['gpt-5'] }, 'hi', true],
      [{ models: ['@open/gpt-5'] }, 'hi', true],
      [{ models: ['gpt-4'] }, 'hi', false],
      [{ models: ['gpt-4'], not: true }, 'hi', true],
    ]))

  it('modelRules follows the metadata, else the defaults', () => {
    const rules = { defaults: ['gpt-5-mini'], metadata: { team: { research: ['gpt-5'] } } }
    return verdicts('default.modelRules', [
      [{ rules }, subjectOf('', { metadata: { team: 'research' } }), true],
      [{ rules }, subjectOf('', { metadata: { team: 'sales' } }), false],
      [{ rules }, subjectOf('', { metadata: { team: 'constructor' } }), false],
    ])
  })

  it('allowedRequestTypes takes its lists from the parameters, else from the metadata', async () => {
    await verdicts('default.allowedRequestTypes', [
      [{ allowedTypes: ['chatComplete'] }, '', true],
      [{ allowedTypes: ['embed'] }, '', false],
      [{ blockedTypes: ['chatComplete'] }, '', false],
      [{}, subjectOf('', { metadata: { blocked_endpoints: 'embed, chatComplete' } }), false],
      [{}, subjectOf('', { metadata: { supported_endpoints: 'chatComplete' } }), true],
      [{}, '', true],
    ])
    await expect(
      runCheck('default.allowedRequestTypes', { allowedTypes: ['a'], blockedTypes: ['a'] }, ''),
    ).rejects.toThrow(/in allowedTypes and in blockedTypes/)
  })

  it('requiredMetadataKeys wants all unless told otherwise', () => {
    const subject = subjectOf('', { metadata: { a: '1' } })
    return verdicts('default.requiredMetadataKeys', [
      [{ metadataKeys: ['a'] }, subject, true],
      [{ metadataKeys: ['a', 'b'] }, subject, false],
      [{ metadataKeys: ['a', 'b'], operator: 'any' }, subject, true],
      [{ metadataKeys: ['toString'] }, subject, false],
    ])
  })

  it('requiredMetadataKeyValuePairs compares exactly, in part or by pattern', () => {
    const subject = subjectOf('', { metadata: { team: 'sales-eu', tier: '1' } })
    return verdicts('default.requiredMetadataKeyValuePairs', [
      [{ metadataPairs: { team: 'sales-eu', tier: [1, 2] } }, subject, true],
      [{ metadataPairs: { team: 'sales' } }, subject, false],
      [{ metadataPairs: { team: 'sales' }, matchType: 'contains' }, subject, true],
      [{ metadataPairs: { team: '^s.+eu$' }, matchType: 'regex' }, subject, true],
      [{ metadataPairs: { team: 'x', tier: '1' }, operator: 'any' }, subject, true],
    ])
  })

  it('requestParametersCheck judges tools of both shapes, keys and values', () => {
    const subject = (requestJson: object) => subjectOf('', { requestJson: { ...requestJson } })
    const tools = [
      { type: 'function', function: { name: 'pay' } },
      { name: 'look', input_schema: {} },
    ]
    return verdicts('default.requestParametersCheck', [
      [{ tools: { allowedFunctionNames: ['pay', 'look'] } }, subject({ tools }), true],
      [{ tools: { blockedFunctionNames: ['look'] } }, subject({ tools }), false],
      [{ tools: { allowedTypes: ['function'] } }, subject({ tools: [{ type: 'web_search' }] }), false],
      [{ params: { blockedKeys: ['logit_bias'] } }, subject({ logit_bias: {} }), false],
      [{ params: { values: { temperature: { allowedValues: [0, 1] } } } }, subject({ temperature: 1 }), true],
      [{ params: { values: { temperature: { allowedValues: [0, 1] } } } }, subject({ temperature: 2 }), false],
      [{ params: { values: { model: { blockedValues: ['x'] } } } }, subject({ model: 'x' }), false],
    ])
  })
})

describe('addPrefix', () => {
  const add = async (parameters: object, requestJson: object, requestType = 'chatComplete') =>
    (
      await runCheck(
        'default.addPrefix',
        { prefix: 'P:', ...parameters },
        subjectOf('', { requestType, requestJson: { ...requestJson } }),
      )
    ).json
  const turn = (role: string, content: string) => ({ role, content })
  const messages = [turn('user', 'a'), turn('assistant', 'b'), turn('user', 'c')]

  it('puts words before the first message of a role', async () => {
    expect(await add({}, { messages })).toEqual({
      messages: [turn('user', 'P:a'), turn('assistant', 'b'), turn('user', 'c')],
    })
    expect(await add({ applyToRole: 'assistant' }, { messages })).toMatchObject({
      messages: [{}, { content: 'P:b' }, {}],
    })
  })

  it('puts a message of its own before it with addToExisting: false', async () => {
    expect(await add({ addToExisting: false }, { messages })).toEqual({ messages: [turn('user', 'P:'), ...messages] })
  })

  it('makes the message where the role has none', async () => {
    expect(await add({ applyToRole: 'system' }, { messages })).toEqual({
      messages: [turn('system', 'P:'), ...messages],
    })
    expect(await add({ applyToRole: 'assistant' }, { messages: [turn('user', 'a')] })).toEqual({
      messages: [turn('user', 'a'), turn('assistant', 'P:')],
    })
  })

  it('leaves a message that says something with onlyIfEmpty', async () => {
    expect(await add({ onlyIfEmpty: true }, { messages })).toBeUndefined()
    expect(await add({ onlyIfEmpty: true }, { messages: [turn('user', '')] })).toEqual({
      messages: [turn('user', 'P:')],
    })
  })

  it('puts a system prompt where Messages has it, never among the messages', async () => {
    const system = { applyToRole: 'system' }
    expect(await add(system, { messages }, 'messages')).toEqual({ messages, system: 'P:' })
    expect(await add(system, { messages, system: 'x' }, 'messages')).toEqual({ messages, system: 'P:x' })
    const blocks = [{ type: 'text', text: 'x' }]
    expect(await add(system, { messages, system: blocks }, 'messages')).toEqual({
      messages,
      system: [{ type: 'text', text: 'P:' }, ...blocks],
    })
  })

  it('changes requests of the Responses API', async () => {
    expect(await add({}, { input: 'a' }, 'createModelResponse')).toEqual({ input: 'P:a' })
    expect(await add({}, { input: [turn('user', 'a')] }, 'createModelResponse')).toEqual({
      input: [turn('user', 'P:a')],
    })
    const parts = [{ type: 'input_text', text: 'a' }]
    expect(await add({}, { input: [{ role: 'user', content: parts }] }, 'createModelResponse')).toEqual({
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'P:' }, ...parts] }],
    })
    expect(await add({ applyToRole: 'system' }, { input: 'a' }, 'createModelResponse')).toEqual({
      input: 'a',
      instructions: 'P:',
    })
  })

  it("changes requests of Google's client, in either spelling", async () => {
    const contents = [{ role: 'user', parts: [{ text: 'a' }] }]
    expect(await add({}, { contents }, 'generateContent')).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'P:' }, { text: 'a' }] }],
    })
    const system = { applyToRole: 'system' }
    expect(await add(system, { contents }, 'generateContent')).toEqual({
      contents,
      systemInstruction: { parts: [{ text: 'P:' }] },
    })
    expect(await add(system, { contents, system_instruction: { parts: { text: 'x' } } }, 'generateContent')).toEqual({
      contents,
      system_instruction: { parts: [{ text: 'P:' }, { text: 'x' }] },
    })
  })

  it('changes the prompts of completions, and nothing of other requests', async () => {
    expect(await add({}, { prompt: 'a' }, 'complete')).toEqual({ prompt: 'P:a' })
    expect(await add({}, { prompt: ['a', 'b'] }, 'complete')).toEqual({ prompt: ['P:a', 'P:b'] })
    expect(await add({}, { input: 'a' }, 'embed')).toBeUndefined()
  })
})

describe('the list of checks', () => {
  it('has each id once and finds aliases', () => {
    expect(new Set(checkIds).size).toBe(checkIds.length)
    expect(findCheck('default.isAllUpperCase')?.id).toBe('default.alluppercase')
  })

  it.each(['pillar.scanPrompt', 'akto.scan', 'qualifire.toolUseQuality'])(
    'knows that %s is not to be had here',
    (id) => {
      expect(findCheck(id)).toBeUndefined()
      expect(isUnavailable(id)).toBe(true)
    },
  )

  it.each([
    ['default.wordCount', { minWords: 'three' }, /minWords is 'three'; it must be a number/],
    ['default.contains', { words: [] }, /words is empty/],
    ['default.contains', { words: ['a'], operator: 'some' }, /operator is 'some'; it must be one of/],
    ['default.regexMatch', { rule: '(' }, /not a regular expression/],
    ['default.jsonSchema', {}, /schema is missing/],
    ['default.webhook', { webhookURL: 'ftp://x' }, /not an http or https URL/],
    ['portkey.pii', { categories: ['NAMES'] }, /did you mean 'NAME'/],
    ['portkey.pii', { restore: true }, /restore needs redact/],
    ['portkey.pii', { countries: ['Switzerland'] }, /by two letters/],
  ])('refuses wrong parameters of %s: %j', async (id, parameters, message) => {
    await expect(runCheck(id, parameters, '')).rejects.toThrow(message)
  })
})
