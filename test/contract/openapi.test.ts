/** The published description: complete and valid; that answers are as it says is looked at by every test that calls the admin API (support/described-answers). */
import { Ajv2020 } from 'ajv/dist/2020.js'
import { beforeAll, describe, expect, it } from 'vitest'
import { resources } from '../../src/admin/resources/index.ts'
import { servedPaths } from '../../src/gateway/arrive/routes.ts'
import { startAdminStage } from '../support/admin-ports.ts'

interface BodySchema {
  readonly properties?: Record<string, unknown>
  readonly required?: readonly string[]
}

interface Operation {
  readonly operationId?: string
  readonly summary: string
  readonly parameters: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Record<string, { readonly schema: BodySchema }> }
  readonly responses: Record<string, { readonly content: Record<string, { readonly schema?: object }> }>
}

interface Document {
  readonly openapi: string
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly schemas: Record<string, object> }
}

let document: Document
beforeAll(async () => {
  document = (await (await startAdminStage()).call('GET', '/openapi.json', { key: 'none' })).json
})

const operationsOf = () =>
  Object.entries(document.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([method, operation]) => ({ name: `${method.toUpperCase()} ${path}`, path, operation })),
  )

describe('the published description', () => {
  it('has exactly what both planes serve', () => {
    const admin = resources.flatMap(({ verbs }) => verbs.map(({ method, path }) => `${method} /v1${path}`))
    expect(
      operationsOf()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...servedPaths, ...admin].sort())
  })

  it('names each parameter of a path, and each operation once', () => {
    for (const { name, path, operation } of operationsOf()) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, each]) => each)
      expect(
        operation.parameters.filter((each) => each.in === 'path').map((each) => each.name),
        name,
      ).toEqual(inPath)
      expect(operation.summary, name).toMatch(/\S/)
    }
    const ids = operationsOf().flatMap(({ operation }) => operation.operationId ?? [])
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('has schemas that are valid, with every reference in place', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false })
    ajv.addSchema({ $id: 'openapi', components: document.components })
    for (const { name, operation } of operationsOf()) {
      const bodies = Object.values(operation.requestBody?.content ?? {})
      const answers = Object.values(operation.responses).flatMap(({ content }) => Object.values(content))
      for (const { schema } of [...bodies, ...answers])
        if (schema !== undefined) expect(() => ajv.compile(absolute(schema)), name).not.toThrow()
    }
    for (const schema of Object.values(document.components.schemas))
      expect(() => ajv.compile(absolute(schema))).not.toThrow()
  })

  it('says what the fields of a body are, limits that are read by hand included', () => {
    const schema =
      document.paths['/v1/api-keys/{type}/{subType}']?.post?.requestBody?.content['application/json']?.schema
    expect(schema).toMatchObject({
      required: ['name', 'scopes'],
      properties: { name: { type: 'string' }, expires_at: { format: 'date-time' } },
    })
    expect(JSON.stringify(schema)).toMatch(/credit_limit.*RateLimit|RateLimit.*credit_limit/)
  })
})

describe('docs/reference/api.md', () => {
  it('is written from the description', async () => {
    await expect(pageOf()).toMatchFileSnapshot('../../docs/reference/api.md')
  })
})

function pageOf(): string {
  const admin = operationsOf().filter(({ operation }) => operation.operationId !== undefined)
  const rows = admin.map(({ name, operation }) => {
    const query = operation.parameters.filter((each) => each.in === 'query').map((each) => `\`${each.name}\``)
    const body = Object.keys(operation.requestBody?.content['application/json']?.schema.properties ?? {})
    const required = operation.requestBody?.content['application/json']?.schema.required ?? []
    const fields = body.map((field) => (required.includes(field) ? `**\`${field}\`**` : `\`${field}\``))
    const [method = '', path = ''] = name.split(' ')
    return `| \`${method} ${path.replace('/v1', '')}\` | ${operation.summary} | ${query.join(' ')} | ${fields.join(' ')} |`
  })
  return `# Admin API

Generated from \`GET /v1/openapi.json\`, which has the schema of every body and answer: \`npx vitest run --project contract test/contract/openapi.test.ts -u\` renews this page. Paths stand below \`/v1\` (and \`/v2\`) of the base URL; send the key as \`x-portkey-api-key\` or as a bearer token. Fields in bold are required. A \`PUT\` changes what it names: what is absent stays, \`null\` clears.

| call | what it does | query | body |
|---|---|---|---|
${rows.join('\n')}
`
}

function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"openapi#/components/')) as object
}
