/** How a client's body is read and edited, by its content type and what the endpoint takes: JSON, a form, or bytes that nobody looks into. */
import type { Awaitable } from '../../awaitable.ts'
import { GatewayError } from '../../errors.ts'
import type { Endpoint } from '../../protocols/protocol.ts'
import { type BodyFormat, jsonFormat } from '../line/body-format.ts'
import type { Call } from '../ports.ts'

const takenTypes = {
  json: ['application/json'],
  form: ['multipart/form-data'],
  'json-or-form': ['application/json', 'multipart/form-data'],
} as const

/** Throws `invalid_request` for a content type that the endpoint does not take, and for a packed body. */
export function findFormat(
  { headers, body }: Pick<Call, 'headers' | 'body'>,
  { takes = 'json' }: Pick<Endpoint, 'takes'> = {},
): Awaitable<BodyFormat> {
  const contentType = headers['content-type']
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? ''
  const isForm = type === 'multipart/form-data'
  const isJson = type === '' || type === 'application/json' || type.endsWith('+json')
  if (takes === 'any' && (body.length === 0 || !(isForm || isJson))) return opaque(contentType)
  const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity'
  if (encoding !== 'identity')
    throw new GatewayError(
      'invalid_request',
      `content-encoding is '${encoding.slice(0, 40)}'; send the body as it is, without one`,
      { param: 'content-encoding' },
    )
  if (isForm && takes !== 'json') return openForm(contentType ?? '')
  if (isJson && takes !== 'form') return jsonFormat
  const taken: readonly string[] = takes === 'any' ? [] : takenTypes[takes]
  throw new GatewayError(
    'invalid_request',
    `Invalid content type passed: got '${type.slice(0, 80)}', this path takes ${taken.map((each) => `'${each}'`).join(' or ')}`,
    { param: 'content-type' },
  )
}

async function openForm(contentType: string): Promise<BodyFormat> {
  const { editForm, FormFile, readFields } = await import('../../bytes/multipart-form.ts')
  return {
    contentType,
    isBinary: true,
    read: (body) => readFields(body, contentType),
    edit: (body, edits) => editForm(body, contentType, edits),
    rewrite: (body, before, after) => {
      // a file may have been through JSON, which knows it by its description only
      const hasFile = (value: unknown) => [value].flat().some((each) => each instanceof FormFile)
      const keys = [...Object.keys(before), ...Object.keys(after)].filter(
        (key) => !hasFile(before[key]) && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
      )
      return editForm(body, contentType, Object.fromEntries(keys.map((key) => [key, after[key]])))
    },
  }
}

/** It has no fields, so none can be set. */
function opaque(contentType: string | undefined): BodyFormat {
  return {
    ...(contentType === undefined ? {} : { contentType }),
    isBinary: true,
    read: () => ({}),
    edit: (body) => body,
    rewrite: (body) => body,
  }
}
