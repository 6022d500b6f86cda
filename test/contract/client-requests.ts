/** What clients of each wire ask for, feature by feature, as bodies that they would send. */
import type { ClientProtocolId, JsonObject } from '../../src/protocols/protocol.ts'

export const features = [
  'tools',
  'forced tool',
  'named tool',
  'no tool',
  'strict tool',
  'schema',
  'thinking budget',
  'adaptive thinking',
  'thinking off',
  'effort',
  'sampling',
  'images',
  'long names',
  'foreign history',
  'model first',
  'blank text',
  'user',
  'large cap',
] as const
export type Feature = (typeof features)[number]

type Asked = ReadonlySet<Feature>

const longName = `mcp__plugin_${'very_'.repeat(12)}long.tool`
const longId = `call_${'A'.repeat(90)}`
const strictSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 3, maxLength: 20 },
    tags: { type: 'array', items: { $ref: '#/definitions/Tag' }, maxItems: 5 },
  },
  required: ['name', 'tags'],
  additionalProperties: false,
  definitions: { Tag: { type: 'string', enum: ['a', 'b'] } },
}
const looseSchema = {
  anyOf: [
    { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] },
    { type: 'object', properties: { b: { type: 'integer', minimum: 1 } } },
  ],
}
const picture = 'data:image/jpg;base64,/9j/4AAQSkZJRg=='
const paper = 'data:application/pdf;base64,JVBERi0xLjQK'
const email = 'someone@example.com'

const has = (asked: Asked, ...wanted: readonly Feature[]) => wanted.some((feature) => asked.has(feature))
const hasTools = (asked: Asked) =>
  has(asked, 'tools', 'forced tool', 'named tool', 'no tool', 'strict tool', 'long names')
const toolName = (asked: Asked) => (asked.has('long names') ? longName : 'get_weather')
const cap = (asked: Asked) => (asked.has('large cap') ? 200_000 : 4000)
const choice = (asked: Asked) =>
  asked.has('no tool') ? 'none' : asked.has('named tool') ? 'tool' : asked.has('forced tool') ? 'required' : undefined

export function bodyOf(client: ClientProtocolId, model: string, features: readonly Feature[]): JsonObject {
  const asked = new Set(features)
  const body = { model, ...writers[client](asked) }
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
}

const writers: Readonly<Record<ClientProtocolId, (asked: Asked) => JsonObject>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
}

function tools(asked: Asked) {
  const schema = asked.has('strict tool') ? strictSchema : looseSchema
  return [
    { name: toolName(asked), description: 'd', schema, isStrict: asked.has('strict tool') },
    { name: 'other', description: 'o', schema: { type: 'object', properties: {} }, isStrict: false },
  ]
}

function chat(asked: Asked): JsonObject {
  const called = { id: longId, type: 'function', function: { name: toolName(asked), arguments: '{"city":"Bern"}' } }
  const named = { type: 'function', function: { name: toolName(asked) } }
  const said = choice(asked)
  return {
    max_tokens: cap(asked),
    messages: [
      { role: 'system', content: 'be brief' },
      ...(asked.has('model first') ? [{ role: 'assistant', content: 'Welcome!' }] : []),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          ...(asked.has('blank text') ? [{ type: 'text', text: ' \n' }] : []),
          ...(asked.has('images')
            ? [
                { type: 'image_url', image_url: { url: picture } },
                { type: 'image_url', image_url: { url: paper } },
              ]
            : []),
        ],
      },
      ...(asked.has('foreign history')
        ? [
            {
              role: 'assistant',
              content: null,
              content_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'google-gemini/call:abc' }],
              tool_calls: [called],
            },
            { role: 'tool', tool_call_id: longId, content: 'sunny' },
          ]
        : []),
    ],
    tools: hasTools(asked)
      ? tools(asked).map(({ name, description, schema, isStrict }) => ({
          type: 'function',
          function: { name, description, parameters: schema, ...(isStrict ? { strict: true } : {}) },
        }))
      : undefined,
    tool_choice: said === 'tool' ? named : said,
    response_format: asked.has('schema')
      ? { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: strictSchema } }
      : undefined,
    reasoning: asked.has('thinking budget') ? { max_tokens: 4096 } : undefined,
    thinking: asked.has('thinking off') ? { type: 'disabled' } : undefined,
    reasoning_effort: asked.has('effort') ? 'xhigh' : asked.has('adaptive thinking') ? 'minimal' : undefined,
    ...(asked.has('sampling')
      ? { temperature: 1.4, top_p: 0.8, top_k: 20, seed: 3, stop: ['a', 'b', 'c', 'd', 'e', 'f'] }
      : {}),
    user: asked.has('user') ? email : undefined,
  }
}

function responses(asked: Asked): JsonObject {
  const said = choice(asked)
  return {
    max_output_tokens: cap(asked),
    instructions: 'be brief',
    input: [
      ...(asked.has('model first')
        ? [{ role: 'assistant', content: [{ type: 'output_text', text: 'Welcome!' }] }]
        : []),
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'hi' },
          ...(asked.has('blank text') ? [{ type: 'input_text', text: ' ' }] : []),
          ...(asked.has('images')
            ? [
                { type: 'input_image', image_url: picture },
                { type: 'input_file', filename: 'a.pdf', file_data: paper },
              ]
            : []),
        ],
      },
      ...(asked.has('foreign history')
        ? [
            {
              type: 'reasoning',
              summary: [{ type: 'summary_text', text: 'hm' }],
              encrypted_content: 'signature:EqQBCg==',
            },
            { type: 'function_call', call_id: longId, name: toolName(asked), arguments: '{"id":2512292042121000001}' },
            { type: 'function_call_output', call_id: longId, output: 'sunny' },
          ]
        : []),
    ],
    tools: hasTools(asked)
      ? tools(asked).map(({ name, description, schema, isStrict }) => ({
          type: 'function',
          name,
          description,
          parameters: schema,
          strict: isStrict,
        }))
      : undefined,
    tool_choice: said === 'tool' ? { type: 'function', name: toolName(asked) } : said,
    text: asked.has('schema')
      ? { format: { type: 'json_schema', name: 'answer', strict: true, schema: strictSchema } }
      : undefined,
    reasoning: asked.has('thinking off')
      ? { effort: 'none' }
      : asked.has('effort')
        ? { effort: 'xhigh' }
        : asked.has('thinking budget')
          ? { effort: 'medium' }
          : undefined,
    ...(asked.has('sampling') ? { temperature: 1.4, top_p: 0.8 } : {}),
    user: asked.has('user') ? `${email}-${'x'.repeat(80)}` : undefined,
  }
}

function messages(asked: Asked): JsonObject {
  const words = { required: 'any', tool: 'tool', none: 'none' } as const
  const said = choice(asked)
  const source = (url: string) => ({
    type: 'base64',
    media_type: url.slice(5, url.indexOf(';')),
    data: url.slice(url.indexOf(',') + 1),
  })
  return {
    max_tokens: cap(asked),
    system: 'be brief',
    messages: [
      ...(asked.has('model first') ? [{ role: 'assistant', content: 'Welcome!' }] : []),
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hi' },
          ...(asked.has('blank text') ? [{ type: 'text', text: '\t' }] : []),
          ...(asked.has('images')
            ? [
                { type: 'image', source: source(picture) },
                { type: 'document', source: source(paper) },
              ]
            : []),
        ],
      },
      ...(asked.has('foreign history')
        ? [
            {
              role: 'assistant',
              content: [
                { type: 'thinking', thinking: 'hm', signature: 'openai-responses/reasoning:abc' },
                { type: 'tool_use', id: longId, name: toolName(asked), input: { city: 'Bern' } },
              ],
            },
            {
              role: 'user',
              content: [
                {
                  type: 'tool_result',
                  tool_use_id: longId,
                  content: [
                    {
                      type: 'search_result',
                      source: 'https://e.example',
                      title: 'E',
                      content: [{ type: 'text', text: 'sunny' }],
                    },
                  ],
                },
              ],
            },
          ]
        : []),
    ],
    tools: hasTools(asked)
      ? tools(asked).map(({ name, description, schema, isStrict }) => ({
          name,
          description,
          input_schema: schema,
          ...(isStrict ? { strict: true } : {}),
        }))
      : undefined,
    tool_choice:
      said === undefined ? undefined : { type: words[said], ...(said === 'tool' ? { name: toolName(asked) } : {}) },
    output_format: asked.has('schema') ? { type: 'json_schema', schema: strictSchema } : undefined,
    thinking: asked.has('thinking off')
      ? { type: 'disabled' }
      : asked.has('thinking budget')
        ? { type: 'enabled', budget_tokens: 2048 }
        : asked.has('adaptive thinking')
          ? { type: 'adaptive', display: 'summarized' }
          : undefined,
    output_config: asked.has('effort') ? { effort: 'xhigh' } : undefined,
    ...(asked.has('sampling')
      ? { temperature: 0.4, top_p: 0.8, top_k: 20, stop_sequences: ['a', 'b', 'c', 'd', 'e', 'f'] }
      : {}),
    metadata: asked.has('user') ? { user_id: `{"device_id":"${'d'.repeat(100)}"}` } : undefined,
  }
}
