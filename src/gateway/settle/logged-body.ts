/** Bodies as the log keeps them: text as it is, a form as its fields, sound and pictures as a word about them. */
import type { Awaitable } from '../../awaitable.ts'

const opaque = /^(?:audio|video|image|font)\/|^application\/(?:octet-stream|pdf|zip|gzip)/i

/** `byteLength`: of the whole body, where `body` is only the beginning. */
export function loggedBody(
  body: Uint8Array,
  contentType: string | undefined,
  byteLength = body.byteLength,
): Awaitable<Uint8Array> {
  if (contentType === undefined || body.byteLength === 0) return body
  if (/^multipart\/form-data/i.test(contentType)) return keptForm(body, contentType, byteLength)
  return opaque.test(contentType) ? described({ content_type: contentType, byteLength }) : body
}

async function keptForm(body: Uint8Array, contentType: string, byteLength: number): Promise<Uint8Array> {
  return described((await fieldsOf(body, contentType)) ?? { content_type: contentType, byteLength })
}

function described(description: Readonly<Record<string, unknown>>): Uint8Array {
  return Buffer.from(JSON.stringify(description))
}

/** undefined = the form cannot be read, which its client has been told. */
async function fieldsOf(body: Uint8Array, contentType: string): Promise<Record<string, unknown> | undefined> {
  const { readFields } = await import('../../bytes/multipart-form.ts')
  try {
    return readFields(body, contentType)
  } catch {
    return undefined
  }
}
