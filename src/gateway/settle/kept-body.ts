/** Bodies as the log keeps them: text as it is, a form as its fields, sound and pictures as a word about them. */

const opaque = /^(?:audio|video|image|font)\/|^application\/(?:octet-stream|pdf|zip|gzip)/i

/** `byteLength`: of the whole body, where `body` is only the beginning. */
export async function keptBody(
  body: Uint8Array,
  contentType: string | undefined,
  byteLength = body.byteLength,
): Promise<Uint8Array> {
  if (contentType === undefined || body.byteLength === 0) return body
  const isForm = /^multipart\/form-data/i.test(contentType)
  if (!isForm && !opaque.test(contentType)) return body
  const described = (isForm ? await fieldsOf(body, contentType) : undefined) ?? {
    content_type: contentType,
    byteLength,
  }
  return Buffer.from(JSON.stringify(described))
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
