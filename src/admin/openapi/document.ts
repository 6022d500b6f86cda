/** `GET /v1/openapi.json`: what both planes serve, from the schemas that the program reads and answers by. */
import { errorAnswer } from '../answers.ts'
import type { JsonObject } from '../request.ts'
import type { Resource, Verb, VerbShape } from '../resource.ts'
import { dataPlanePaths } from './model-paths.ts'
import { answerSchema, bodySchema } from './schemas.ts'

interface DocumentSources {
  readonly resources: readonly Resource[]
  /** Of the gateway, e.g. `POST /v1/chat/completions`. */
  readonly dataPlane: readonly string[]
  readonly version: string
}

export function openApiDocument({ resources, dataPlane, version }: DocumentSources): JsonObject {
  const components = new Map<string, JsonObject>()
  const error = answerSchema(errorAnswer, components)
  const paths: Record<string, Record<string, unknown>> = {}
  for (const { object, verbs } of resources)
    for (const verb of verbs) {
      const path = `/v1${verb.path}`
      paths[path] = { ...paths[path], [verb.method.toLowerCase()]: describe({ object, verb, error }, components) }
    }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description:
        'Models for clients and the administration of the gateway, at one base URL. Paths of the admin API also answer under /v2.',
    },
    servers: [{ url: '/', description: 'the address that answered this' }],
    security: [{ apiKey: [] }, { bearer: [] }],
    paths: { ...dataPlanePaths(dataPlane), ...paths },
    components: {
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'x-portkey-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
      schemas: Object.fromEntries([...components].sort(([left], [right]) => (left < right ? -1 : 1))),
    },
  }
}

interface OperationContext {
  /** The resource's word in `object`. */
  readonly object: string
  readonly verb: Verb
  readonly error: JsonObject
}

function describe({ object, verb, error }: OperationContext, components: Map<string, JsonObject>): JsonObject {
  const { summary, body, answer } = verb.shape
  return {
    operationId: operationId(verb),
    summary,
    tags: [object],
    parameters: [...pathParameters(verb.path), ...queryParameters(verb.shape)],
    ...(body && { requestBody: { content: { 'application/json': { schema: bodySchema(body, components) } } } }),
    responses: {
      '200': { description: 'done', content: { 'application/json': { schema: answerSchema(answer, components) } } },
      default: { description: 'refused or failed', content: { 'application/json': { schema: error } } },
    },
  }
}

/** `GET /integrations/{id}/models` → `get_integrations_by_id_models`. */
function operationId({ method, path }: Verb): string {
  return `${method.toLowerCase()}${path.replace(/\{(\w+)\}/g, 'by_$1').replace(/[^A-Za-z0-9-]+/g, '_')}`
}

function pathParameters(path: string): readonly JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'id' ? 'id or slug' : undefined,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query = {} }: VerbShape): readonly JsonObject[] {
  return Object.entries(query).map(([name, description]) => ({
    name,
    in: 'query',
    ...(description === '' ? {} : { description }),
    schema: { type: 'string' },
  }))
}
