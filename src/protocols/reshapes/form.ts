/** Writes text fields as a multipart form. */
import type { RawBody } from '../reshape.ts'

export function writeForm(fields: Readonly<Record<string, unknown>>): RawBody {
  const values = Object.entries(fields).map(([name, value]) => [name, textOf(value)] as const)
  let boundary = 'form-of-sluice'
  while (values.some(([, text]) => text.includes(boundary))) boundary += '-x'
  const parts = values.map(
    ([name, text]) => `--${boundary}\r\ncontent-disposition: form-data; name="${escapeName(name)}"\r\n\r\n${text}\r\n`,
  )
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.from(`${parts.join('')}--${boundary}--\r\n`),
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data */
function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
