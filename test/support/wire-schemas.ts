/** Compact JSON Schemas of the five wires' requests, derived from what their vendors publish: OpenAI's OpenAPI document, the types of Anthropic's SDK, Bedrock's service model and Google's discovery document. Unknown keys are refused, as the vendors do. */
import { Ajv, type ValidateFunction } from 'ajv'
import type { ProtocolId } from '../../src/protocols/protocol.ts'

type Schema = Readonly<Record<string, unknown>>

const text: Schema = { type: 'string' }
const filled: Schema = { type: 'string', pattern: '\\S' }
const flag: Schema = { type: 'boolean' }
const count: Schema = { type: 'integer', minimum: 1 }
const anything: Schema = {}
const one = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas })
const list = (items: Schema, more: Schema = {}): Schema => ({ type: 'array', items, ...more })
const word = (...words: readonly string[]): Schema => ({ enum: words })

/** An object of these keys and no others; those that end with `!` are required. */
function object(members: Readonly<Record<string, Schema>>): Schema {
  const entries = Object.entries(members)
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, schema]) => [key.replace('!', ''), schema])),
    required: entries.filter(([key]) => key.endsWith('!')).map(([key]) => key.replace('!', '')),
    additionalProperties: false,
  }
}

/** An object with exactly one of these keys. */
const union = (members: Readonly<Record<string, Schema>>): Schema =>
  one(...Object.entries(members).map(([key, schema]) => object({ [`${key}!`]: schema })))

const openaiName: Schema = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' }
const callId: Schema = { type: 'string', minLength: 1, maxLength: 64 }
const parameters: Schema = {
  type: 'object',
  properties: { type: word('object') },
  required: ['type', 'properties'],
  not: one({ required: ['anyOf'] }, { required: ['oneOf'] }, { required: ['allOf'] }),
}
const efforts = word('none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max')
const cache: Schema = object({ 'type!': word('ephemeral'), ttl: word('5m', '1h') })

const chatPart = one(
  object({ 'type!': word('text'), 'text!': text }),
  object({
    'type!': word('image_url'),
    'image_url!': object({
      'url!': { type: 'string', pattern: '^(?:https?:|data:image/(?:png|jpeg|gif|webp);)' },
      detail: text,
    }),
  }),
  object({ 'type!': word('file'), 'file!': object({ file_id: text, filename: text, file_data: text }) }),
  object({ 'type!': word('input_audio'), 'input_audio!': object({ 'data!': text, 'format!': text }) }),
)
const chatContent = one(text, list(chatPart, { minItems: 1 }))
const chatCall = object({
  'id!': callId,
  'type!': word('function'),
  'function!': object({ 'name!': openaiName, 'arguments!': text }),
})
const chat = object({
  'model!': text,
  'messages!': list(
    one(
      object({ 'role!': word('system', 'developer', 'user'), 'content!': chatContent, name: text }),
      object({
        'role!': word('assistant'),
        content: one(chatContent, { type: 'null' }),
        refusal: text,
        reasoning_content: text,
        tool_calls: list(chatCall, { minItems: 1 }),
      }),
      object({ 'role!': word('tool'), 'content!': chatContent, 'tool_call_id!': callId }),
    ),
    { minItems: 1 },
  ),
  tools: list(
    object({
      'type!': word('function'),
      'function!': object({ 'name!': openaiName, description: text, parameters, strict: flag }),
    }),
    { minItems: 1 },
  ),
  tool_choice: one(
    word('auto', 'none', 'required'),
    object({ 'type!': word('function'), 'function!': object({ 'name!': openaiName }) }),
  ),
  parallel_tool_calls: flag,
  max_completion_tokens: count,
  max_tokens: count,
  temperature: { type: 'number', minimum: 0, maximum: 2 },
  top_p: { type: 'number', minimum: 0, maximum: 1 },
  stop: list(text, { minItems: 1, maxItems: 4 }),
  seed: { type: 'integer' },
  response_format: one(
    object({ 'type!': word('json_object') }),
    object({
      'type!': word('json_schema'),
      'json_schema!': object({ 'name!': openaiName, description: text, 'schema!': { type: 'object' }, strict: flag }),
    }),
  ),
  reasoning_effort: efforts,
  user: { type: 'string', maxLength: 64 },
  safety_identifier: { type: 'string', maxLength: 64 },
  stream: flag,
  stream_options: object({ include_usage: flag }),
})

const inputPart = one(
  object({ 'type!': word('input_text'), 'text!': text }),
  object({ 'type!': word('input_image'), image_url: text, file_id: text, detail: text }),
  object({ 'type!': word('input_file'), file_id: text, filename: text, file_data: text, file_url: text }),
)
const outputPart = one(
  object({ 'type!': word('output_text'), 'text!': text, 'annotations!': list(anything) }),
  object({ 'type!': word('refusal'), 'refusal!': text }),
)
const responses = object({
  'model!': text,
  'input!': list(
    one(
      object({
        'type!': word('message'),
        'role!': word('system', 'developer', 'user'),
        'content!': list(inputPart, { minItems: 1 }),
      }),
      object({ 'type!': word('message'), 'role!': word('assistant'), 'content!': list(outputPart, { minItems: 1 }) }),
      object({ 'type!': word('function_call'), 'call_id!': callId, 'name!': openaiName, 'arguments!': text }),
      object({ 'type!': word('function_call_output'), 'call_id!': callId, 'output!': one(text, list(inputPart)) }),
      object({ 'type!': word('reasoning'), 'summary!': list(anything), encrypted_content: text }),
    ),
    { minItems: 1 },
  ),
  tools: list(
    object({
      'type!': word('function'),
      'name!': openaiName,
      description: text,
      'parameters!': parameters,
      'strict!': flag,
    }),
    { minItems: 1 },
  ),
  tool_choice: one(word('auto', 'none', 'required'), object({ 'type!': word('function'), 'name!': openaiName })),
  parallel_tool_calls: flag,
  max_output_tokens: count,
  temperature: { type: 'number', minimum: 0, maximum: 2 },
  top_p: { type: 'number', minimum: 0, maximum: 1 },
  text: object({
    format: one(
      object({ 'type!': word('json_object') }),
      object({
        'type!': word('json_schema'),
        'name!': openaiName,
        description: text,
        'schema!': { type: 'object' },
        strict: flag,
      }),
    ),
  }),
  reasoning: object({ effort: efforts }),
  include: list(text),
  store: flag,
  user: { type: 'string', maxLength: 64 },
  safety_identifier: { type: 'string', maxLength: 64 },
  stream: flag,
})

const claudeName: Schema = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,128}$' }
const claudeId: Schema = { type: 'string', pattern: '^[a-zA-Z0-9_-]+$' }
const imageSource = one(
  object({
    'type!': word('base64'),
    'media_type!': word('image/png', 'image/jpeg', 'image/gif', 'image/webp'),
    'data!': text,
  }),
  object({ 'type!': word('url'), 'url!': text }),
  object({ 'type!': word('file'), 'file_id!': text }),
)
const documentSource = one(
  object({ 'type!': word('base64'), 'media_type!': word('application/pdf'), 'data!': text }),
  object({ 'type!': word('text'), 'media_type!': word('text/plain'), 'data!': text }),
  object({ 'type!': word('url'), 'url!': text }),
  object({ 'type!': word('file'), 'file_id!': text }),
)
const shownBlocks = [
  object({ 'type!': word('text'), 'text!': filled, cache_control: cache, citations: anything }),
  object({ 'type!': word('image'), 'source!': imageSource, cache_control: cache }),
  object({ 'type!': word('document'), 'source!': documentSource, title: text, cache_control: cache }),
] as const
const searchResult = object({
  'type!': word('search_result'),
  'source!': text,
  'title!': text,
  'content!': list(shownBlocks[0]),
  citations: anything,
  cache_control: cache,
})
const messages = object({
  'model!': text,
  'max_tokens!': count,
  'messages!': list(
    object({
      'role!': word('user', 'assistant'),
      'content!': list(
        one(
          ...shownBlocks,
          object({ 'type!': word('thinking'), 'thinking!': text, 'signature!': filled }),
          object({ 'type!': word('redacted_thinking'), 'data!': text }),
          object({
            'type!': word('tool_use'),
            'id!': claudeId,
            'name!': claudeName,
            'input!': { type: 'object' },
            cache_control: cache,
          }),
          object({
            'type!': word('tool_result'),
            'tool_use_id!': claudeId,
            content: list(one(...shownBlocks, searchResult)),
            is_error: flag,
            cache_control: cache,
          }),
        ),
        { minItems: 1 },
      ),
    }),
    { minItems: 1 },
  ),
  system: list(shownBlocks[0]),
  tools: list(
    object({
      'name!': claudeName,
      description: text,
      'input_schema!': { ...parameters, required: ['type'] },
      strict: flag,
      cache_control: cache,
    }),
    { minItems: 1 },
  ),
  tool_choice: one(
    object({ 'type!': word('auto', 'any'), disable_parallel_tool_use: flag }),
    object({ 'type!': word('tool'), 'name!': claudeName, disable_parallel_tool_use: flag }),
    object({ 'type!': word('none') }),
  ),
  temperature: { type: 'number', minimum: 0, maximum: 1 },
  top_p: { type: 'number', minimum: 0, maximum: 1 },
  top_k: { type: 'integer', minimum: 0 },
  stop_sequences: list(filled),
  thinking: one(
    object({ 'type!': word('enabled'), 'budget_tokens!': { type: 'integer', minimum: 1024 }, display: text }),
    object({ 'type!': word('adaptive'), display: text }),
    object({ 'type!': word('disabled') }),
  ),
  output_config: object({
    effort: word('low', 'medium', 'high', 'xhigh', 'max'),
    format: object({ 'type!': word('json_schema'), 'schema!': { type: 'object' } }),
  }),
  metadata: object({ user_id: { type: 'string', maxLength: 256 } }),
  stream: flag,
})

const bedrockId: Schema = { type: 'string', pattern: '^[a-zA-Z0-9_-]{1,64}$' }
const bytes = object({ 'bytes!': text })
const cachePoint = object({ 'type!': word('default'), ttl: word('5m', '1h') })
const inResult = {
  text: filled,
  image: object({ 'format!': word('png', 'jpeg', 'gif', 'webp'), 'source!': bytes }),
  document: object({ 'format!': text, 'name!': text, 'source!': bytes }),
}
const converse = object({
  'messages!': list(
    object({
      'role!': word('user', 'assistant'),
      'content!': list(
        union({
          ...inResult,
          toolUse: object({ 'toolUseId!': bedrockId, 'name!': bedrockId, 'input!': { type: 'object' } }),
          toolResult: object({
            'toolUseId!': bedrockId,
            'content!': list(union(inResult), { minItems: 1 }),
            status: word('error', 'success'),
          }),
          reasoningContent: union({ reasoningText: object({ 'text!': text, signature: text }), redactedContent: text }),
          cachePoint,
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1 },
  ),
  system: list(union({ text: filled, cachePoint })),
  inferenceConfig: object({
    maxTokens: count,
    temperature: { type: 'number', minimum: 0, maximum: 1 },
    topP: { type: 'number', minimum: 0, maximum: 1 },
    stopSequences: list(filled, { minItems: 1 }),
  }),
  toolConfig: object({
    'tools!': list(
      union({
        toolSpec: object({
          'name!': bedrockId,
          description: filled,
          'inputSchema!': object({ 'json!': { ...parameters, required: ['type'] } }),
          strict: flag,
        }),
        cachePoint,
      }),
      { minItems: 1 },
    ),
    toolChoice: union({ auto: object({}), any: object({}), tool: object({ 'name!': bedrockId }) }),
  }),
  additionalModelRequestFields: { type: 'object' },
  additionalModelResponseFieldPaths: list(text),
  outputConfig: anything,
  requestMetadata: object({ user_id: { type: 'string', maxLength: 256 } }),
})

const geminiName: Schema = { type: 'string', pattern: '^[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}$' }
const inlineData = object({ 'mimeType!': text, 'data!': text })
const geminiPart = one(
  object({ 'text!': text, thought: flag, thoughtSignature: text }),
  object({ 'inlineData!': inlineData }),
  object({ 'fileData!': object({ mimeType: text, 'fileUri!': text }) }),
  object({
    'functionCall!': object({ id: text, 'name!': geminiName, 'args!': { type: 'object' } }),
    thoughtSignature: text,
  }),
  object({
    'functionResponse!': object({
      id: text,
      'name!': geminiName,
      'response!': { type: 'object' },
      parts: list(anything),
    }),
  }),
)
const gemini = object({
  'contents!': list(object({ 'role!': word('user', 'model'), 'parts!': list(geminiPart, { minItems: 1 }) }), {
    minItems: 1,
  }),
  systemInstruction: object({ 'parts!': list(geminiPart, { minItems: 1 }) }),
  tools: list(
    object({
      functionDeclarations: list(
        object({ 'name!': geminiName, description: text, parametersJsonSchema: { type: 'object' } }),
        { minItems: 1 },
      ),
    }),
  ),
  toolConfig: object({
    functionCallingConfig: object({ 'mode!': word('AUTO', 'ANY', 'NONE'), allowedFunctionNames: list(geminiName) }),
  }),
  generationConfig: object({
    temperature: { type: 'number', minimum: 0, maximum: 2 },
    topP: { type: 'number' },
    topK: { type: 'integer' },
    maxOutputTokens: count,
    stopSequences: list(text, { minItems: 1, maxItems: 5 }),
    seed: { type: 'integer' },
    responseMimeType: text,
    responseJsonSchema: { type: 'object' },
    responseLogprobs: flag,
    logprobs: { type: 'integer' },
    thinkingConfig: object({
      thinkingBudget: { type: 'integer' },
      thinkingLevel: word('minimal', 'low', 'medium', 'high'),
      includeThoughts: flag,
    }),
  }),
})

const ajv = new Ajv({ strict: false, allErrors: false })
const validators: Readonly<Record<ProtocolId, ValidateFunction>> = {
  'openai-chat': ajv.compile(chat),
  'openai-responses': ajv.compile(responses),
  'anthropic-messages': ajv.compile(messages),
  'bedrock-converse': ajv.compile(converse),
  'google-gemini': ajv.compile(gemini),
}

/** What the vendor would say is wrong with a request of its wire; undefined = nothing. */
export function wireProblem(wire: ProtocolId, body: unknown): string | undefined {
  const validate = validators[wire]
  if (validate(JSON.parse(JSON.stringify(body)))) return undefined
  return (validate.errors ?? [])
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`)
    .join('; ')
}
